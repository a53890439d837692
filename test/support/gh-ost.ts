/**
 * Stands in for gh-ost, which no distribution packages, so that our side of it can be tested: it takes gh-ost's own options
 * and no others, reads the login from its configuration file, and changes the table as gh-ost does, over a ghost table that
 * it fills in chunks and swaps in. It follows no binary log, so nobody else may write to the table. Like gh-ost it leaves
 * its tables when it is killed or fails.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';

const CHUNK_ROWS = 1000;
const string = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const { values } = parseArgs({
  strict: true,
  options: {
    version: flag,
    conf: string,
    host: string,
    port: string,
    database: string,
    table: string,
    alter: string,
    'force-table-names': string,
    'cut-over-lock-timeout-seconds': string,
    'allow-on-master': flag,
    'initially-drop-ghost-table': flag,
    'initially-drop-old-table': flag,
    'initially-drop-socket-file': flag,
    'ok-to-drop-table': flag,
    execute: flag,
  },
});

if (values.version) console.log('stand-in');
else await migrate();

async function migrate(): Promise<void> {
  const { conf = '', host = '', port = '', database = '', table = '', alter = '' } = values;
  const stem = values['force-table-names'] ?? table;
  const [original, ghost, changelog, old] = [table, `_${stem}_gho`, `_${stem}_ghc`, `_${stem}_del`].map(
    quoteIdentifier,
  );
  await using connection = await open({ host, port: Number(port), database, ...readLogin(conf) });
  const run = async (sql: string) => connection.value.query<RowDataPacket[]>(sql);
  try {
    if (!values['allow-on-master'] || !values.execute) throw new Error('not told to go on');
    await run(`SET SESSION lock_wait_timeout = ${values['cut-over-lock-timeout-seconds']}`);
    if (values['initially-drop-ghost-table']) await run(`DROP TABLE IF EXISTS ${ghost}`);
    if (values['initially-drop-old-table']) await run(`DROP TABLE IF EXISTS ${old}`);
    await run(`DROP TABLE IF EXISTS ${changelog}`);
    await run(`CREATE TABLE ${changelog} (id BIGINT PRIMARY KEY)`);
    await run(`CREATE TABLE ${ghost} LIKE ${original}`);
    await run(`ALTER TABLE ${ghost} ${alter}`);
    const [[bounds]] = await run(`SELECT MIN(id) AS first, MAX(id) AS last FROM ${original}`);
    const first = Number(bounds?.['first']);
    const last = Number(bounds?.['last']);
    for (let from = first; from <= last; from += CHUNK_ROWS) {
      await run(
        `INSERT IGNORE INTO ${ghost} SELECT * FROM ${original} WHERE id >= ${from} AND id < ${from + CHUNK_ROWS}`,
      );
      const done = Math.min(from + CHUNK_ROWS, last);
      const percent = ((100 * done) / last).toFixed(1);
      console.log(
        `Copy: ${done}/${last} ${percent}%; Applied: 0; Backlog: 0/1000; Time: 1s(total), 1s(copy)`,
      );
    }
    await run(`RENAME TABLE ${original} TO ${old}, ${ghost} TO ${original}`);
    await run(`DROP TABLE ${changelog}`);
    if (values['ok-to-drop-table']) await run(`DROP TABLE ${old}`);
    console.log('# Done');
  } catch (error) {
    console.error(`FATAL ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function open(login: Parameters<typeof createConnection>[0] & object) {
  const value = await createConnection(login);
  return { value, [Symbol.asyncDispose]: async () => value.end() };
}

/** As strict as the older versions' parser: a setting that they do not know is an error. */
function readLogin(file: string): { readonly user: string; readonly password: string } {
  const text = readFileSync(file, 'utf8');
  const login = /^\[client\]\nuser="(.*)"\npassword="(.*)"\n$/.exec(text);
  if (login === null) throw new Error(`${file}: can't store data`);
  return { user: login[1] ?? '', password: login[2] ?? '' };
}
