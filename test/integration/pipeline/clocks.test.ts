import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/pipeline/compare/audit.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { TableRun } from '../../../src/pipeline/run/report.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { type ClockedServer, startClockedServer } from '../../support/clocked-server.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createTestSink, sinkKinds, type TestSink } from '../../support/test-sink.ts';

/** The last minutes of the hour that comes twice in Berlin begin at 00:00 UTC. */
const FIRST_HOUR = new Date('2026-10-25T00:00:00Z');

const TABLES = {
  datetime: { type: 'DATETIME', now: 'NOW()' },
  datetime3: { type: 'DATETIME(3)', now: 'NOW(3)' },
  timestamp: { type: 'TIMESTAMP(3)', now: 'NOW(3)' },
  day: { type: 'DATE', now: 'CURRENT_DATE' },
  epoch: { type: 'BIGINT', now: 'FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)' },
} as const;
type Name = keyof typeof TABLES;
const NAMES = Object.keys(TABLES) as readonly Name[];

function specOf(name: Name, append: boolean): TableSpec {
  const spec = { table: name, cursor: 'u', index: 'iu', append } as const;
  return name === 'epoch' ? { ...spec, epoch: 'milliseconds' } : spec;
}

interface Scene extends AsyncDisposable {
  /** Adds a row to every table, stamped by the server's clock, and changes one. */
  write(): Promise<void>;
  /** One extract-load of every table into a sink. */
  run(sink: TestSink, options?: { readonly append?: boolean }): Promise<readonly TableRun[]>;
  /** How many rows were written to each table. */
  written(): number;
  /** All rows of a table. */
  rowsOf(name: Name): Promise<readonly RowDataPacket[]>;
  /** For each table, the rows that a sink lacks of it. */
  lacking(sink: TestSink): Promise<Readonly<Record<string, readonly number[]>>>;
}

const NOTHING = Object.fromEntries(NAMES.map((name) => [name, []]));

/** With another scene, its tables begin as that one's are, as a replica's do. */
async function createScene(server: ClockedServer, original?: Scene): Promise<Scene> {
  const { host, port, user, password } = server.settings;
  const connection: Connection = await createConnection({ host, port, user, password, dateStrings: true });
  await connection.query('CREATE DATABASE s');
  await connection.changeUser({ database: 's' });
  for (const name of NAMES) {
    await connection.query(
      `CREATE TABLE ${name} (id INT PRIMARY KEY, v INT NOT NULL, u ${TABLES[name].type} NOT NULL, KEY iu (u))`,
    );
  }
  for (const name of original === undefined ? [] : NAMES) {
    for (const { id, v, u } of await original!.rowsOf(name)) {
      await connection.query(`INSERT INTO ${name} VALUES (?, ?, ?)`, [id, v, u]);
    }
  }
  let rows = original?.written() ?? 0;
  return {
    written: () => rows,
    async rowsOf(name) {
      const [found] = await connection.query<RowDataPacket[]>(`SELECT * FROM ${name}`);
      return found;
    },
    async write() {
      rows += 1;
      for (const name of NAMES) {
        const { now } = TABLES[name];
        await connection.query(`INSERT INTO ${name} VALUES (${rows}, 0, ${now})`);
        await connection.query(`UPDATE ${name} SET v = v + 1, u = ${now} WHERE id = ${Math.ceil(rows / 2)}`);
      }
    },
    async run(testSink, { append = false } = {}) {
      // A new process each time: the zone and the clock are read anew.
      await using database = await openTestDatabase({ host, port, user, password, schema: 's' });
      await using sink = await openSink(testSink.spec);
      const tables = NAMES.map((name) => extracted(specOf(name, append)));
      const report = await extractLoad({
        databases: [{ database, tables }],
        sink,
        options: { lagSeconds: 0 },
      });
      if (report.failures[0] !== undefined) throw report.failures[0].error;
      return report.runs;
    },
    async lacking(sink) {
      const lacking: Record<string, readonly number[]> = {};
      for (const name of NAMES) {
        // Today's rows are below tomorrow's bound.
        const [source] = await connection.query<RowDataPacket[]>(
          `SELECT id, v FROM ${name} WHERE ${name === 'day' ? 'u < CURRENT_DATE' : 'TRUE'}`,
        );
        const has = new Set((await sink.rows(`SELECT id, v FROM {${name}}`)).map((row) => row.join()));
        lacking[name] = source
          .filter((row) => !has.has(`${row['id']},${row['v']}`))
          .map((row) => Number(row['id']));
      }
      return lacking;
    },
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

type Night = readonly [when: string, runs: readonly number[]];

const ALL_THE_TIME: Night = ['with runs all the time', [0, 20, 40, 50, 59, 61, 70, 85, 100, 119, 121, 180]];

/** When runs fall into the night, in minutes of the first pass of the hour; each takes a while, so that servers share them. */
const NIGHTS: Readonly<Record<'mysql' | 'mariadb', readonly Night[]>> = {
  mysql: [ALL_THE_TIME, ['with runs at its ends', [0, 60, 120, 180]]],
  mariadb: [
    ALL_THE_TIME,
    ['with no run within the hour that comes twice', [-20, 130, 180]],
    ['with a run in the first pass, and one long after', [50, 150, 180]],
  ],
};

function warningsOf(runs: readonly TableRun[], table: Name): readonly string[] {
  const run = runs.find((candidate) => candidate.table === table);
  return (run?.warnings ?? []).map((warning) =>
    warning.kind === 'clock-went-back' ? `${warning.kind}: ${warning.what}` : warning.kind,
  );
}

describe.each(['mysql', 'mariadb'] as const)('clocks that go back, on %s', (software) => {
  test.each(NIGHTS[software])(
    'the night in which an hour comes twice, %s',
    { timeout: 120_000 },
    async (_when, runs) => {
      await using server = await startClockedServer({
        software,
        timeZone: 'Europe/Berlin',
        clock: { at: new Date(FIRST_HOUR.getTime() - 30 * 60_000) },
      });
      await using scene = await createScene(server);
      await using duckdb = await createTestSink('duckdb');
      await using parquet = await createTestSink('parquet');
      await using log = await createTestSink('duckdb');
      const said: string[] = [];
      // Every 5 minutes of the night a row, and the runs in between.
      for (let minute = -30; minute <= 180; minute += 5) {
        await server.setClock({ at: new Date(FIRST_HOUR.getTime() + minute * 60_000) });
        await scene.write();
        for (const at of runs.filter((time) => time >= minute && time < minute + 5)) {
          await server.setClock({ at: new Date(FIRST_HOUR.getTime() + at * 60_000 + 30_000) });
          said.push(...warningsOf(await scene.run(duckdb), 'datetime'));
          await scene.run(parquet);
          await scene.run(log, { append: true });
        }
      }
      await server.setClock({ at: new Date(FIRST_HOUR.getTime() + 26 * 3_600_000) });
      for (const sink of [duckdb, parquet]) await scene.run(sink);
      await scene.run(log, { append: true });
      expect(await scene.lacking(duckdb)).toEqual(NOTHING);
      expect(await scene.lacking(parquet)).toEqual(NOTHING);
      expect(await scene.lacking(log)).toEqual(NOTHING);
      expect(said).toContain('clock-went-back: local-time');
      // Nothing is new: nothing is written, and no version is there twice.
      const versions = async () => (await log.rows('SELECT COUNT(*) FROM {datetime}'))[0];
      const before = await versions();
      await scene.run(log, { append: true });
      expect(await versions()).toEqual(before);
      expect((await scene.run(duckdb)).map(({ rows }) => rows)).toEqual(NAMES.map(() => 0));
    },
  );

  test.each(sinkKinds)(
    'a clock that is set back by a minute, twice, into %s',
    { timeout: 120_000 },
    async (kind) => {
      await using server = await startClockedServer({ software, clock: { at: FIRST_HOUR } });
      await using scene = await createScene(server);
      await using sink = await createTestSink(kind);
      await scene.write();
      await scene.run(sink);
      const said: string[] = [];
      for (let step = 0; step < 2; step += 1) {
        await sleep(1200);
        await scene.write();
        await scene.run(sink);
        await server.stepClock(-60);
        await scene.write();
        await sleep(1200);
        said.push(...warningsOf(await scene.run(sink), 'timestamp'));
      }
      // Past the minute that came again.
      await server.stepClock(26 * 3600);
      await scene.run(sink);
      expect(await scene.lacking(sink)).toEqual(NOTHING);
      expect(said.filter((kinds) => kinds === 'clock-went-back: server-clock')).toHaveLength(2);
      expect((await scene.run(sink)).map(({ rows }) => rows)).toEqual(NAMES.map(() => 0));
    },
  );

  test.each(sinkKinds)(
    'a failover to a server whose clock is behind, into %s',
    { timeout: 120_000 },
    async (kind) => {
      await using sink = await createTestSink(kind);
      const theDayBefore = new Date(FIRST_HOUR.getTime() - 26 * 3_600_000);
      await using first = await startClockedServer({ software, clock: { at: theDayBefore } });
      await using source = await createScene(first);
      for (let row = 0; row < 20; row += 1) await source.write();
      await first.setClock({ at: FIRST_HOUR });
      for (let row = 0; row < 15; row += 1) await source.write();
      await sleep(1200);
      await source.run(sink);
      await using second = await startClockedServer({
        software,
        clock: { at: new Date(first.now().getTime() - 45_000) },
      });
      await using promoted = await createScene(second, source);
      await promoted.write();
      await sleep(1200);
      const runs = await promoted.run(sink);
      expect(warningsOf(runs, 'timestamp')).toEqual(
        expect.arrayContaining(['source-moved', 'clock-went-back: server-clock']),
      );
      await promoted.write();
      // Past the seconds that came again.
      await second.stepClock(26 * 3600);
      await promoted.run(sink);
      expect(await promoted.lacking(sink)).toEqual(NOTHING);
      expect((await promoted.run(sink)).map(({ rows }) => rows)).toEqual(NAMES.map(() => 0));
    },
  );

  test('audit names the cursors that are local time in a zone with summer time', async () => {
    await using server = await startClockedServer({
      software,
      timeZone: 'Europe/Berlin',
      clock: { at: FIRST_HOUR },
    });
    await using scene = await createScene(server);
    await scene.write();
    const { host, port, user, password } = server.settings;
    await using database = await openTestDatabase({ host, port, user, password, schema: 's' });
    const tables = NAMES.map((name) => extracted(specOf(name, false)));
    const named = async () =>
      (await audit({ databases: [{ database, tables }] }))
        .filter((finding) => finding.kind === 'summer-time')
        .map(({ table }) => table);
    expect((await named()).toSorted()).toEqual(['datetime', 'datetime3', 'day']);
    await using session = await database.session();
    await session.query("SET GLOBAL time_zone = '+01:00'");
    expect(await named()).toEqual([]);
  });
});
