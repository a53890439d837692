import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ExtractOptions } from '../../../src/pipeline/run/options.ts';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { connect, createUser, servers, type TestServer } from '../../support/schemas.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { preparedTransactions } from '../../../src/pipeline/bound/prepared-transactions.ts';
import { createTestSink, sinkKinds, type TestSink } from '../../support/test-sink.ts';

const TABLE = { table: 't', cursor: 'u', index: 'iu' } as const;

/** Which rows are held back is decided before any sink: each lock is tried with one of them. */
const LOCKS = { duckdb: 'FLUSH TABLES WITH READ LOCK', parquet: 'LOCK TABLES t READ' } as const;

/** Values of `k` that the eight rows begin with. */
const AT_FIRST = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => [id, id]);

async function createTable(extraction: Extraction): Promise<void> {
  await extraction.sql(
    `CREATE TABLE t (id INT PRIMARY KEY, k INT,
       u DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY iu (u))`,
    `INSERT INTO t (id, k) VALUES ${AT_FIRST.map((row) => `(${row.join()})`).join()}`,
  );
  await sleep(1100);
}

/** A further connection to the schema. */
async function client(server: TestServer, extraction: Extraction) {
  const connection = await connect(server);
  await connection.changeUser({ database: extraction.schema });
  return {
    query: async (sql: string) => connection.query(sql),
    drop: () => {
      connection.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      connection.destroy();
    },
  };
}

function runInto(extraction: Extraction, sink: TestSink) {
  return (options: Partial<ExtractOptions> = {}) => extraction.runTable(TABLE, options, { sink: sink.spec });
}

/** What readers see: of a change log, and of Parquet files, the last version of each row. */
async function rowsIn(sink: TestSink): Promise<readonly (readonly unknown[])[]> {
  const latest =
    sink.spec.kind === 'parquet'
      ? 'QUALIFY row_number() OVER (PARTITION BY id ORDER BY _tidemark_sequence DESC) = 1'
      : '';
  return sink.rows(`SELECT id, k FROM {t} ${latest} ORDER BY id`);
}

function changed(...rows: readonly (readonly [number, number])[]) {
  const values = new Map([...AT_FIRST.map(([id, k]) => [id!, k!] as const), ...rows]);
  return [...values].toSorted(([left], [right]) => left - right);
}

describe.each(servers)('writers that are pending, on $label', (server) => {
  describe.each(sinkKinds)('%s', (kind) => {
    const lock = LOCKS[kind];
    test(`a stamp that is older than its transaction, after ${lock}`, async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      const run = runInto(extraction, sink);
      await createTable(extraction);
      await run();
      await using backup = await client(server, extraction);
      await using late = await client(server, extraction);
      await using other = await client(server, extraction);
      await backup.query(lock);
      await late.query('BEGIN');
      const updated = late.query('UPDATE t SET k = 1 WHERE id = 7');
      await sleep(1500);
      const afterwards = other.query('UPDATE t SET k = 5 WHERE id = 8');
      await sleep(3000);
      await backup.query('UNLOCK TABLES');
      await Promise.all([updated, afterwards]);
      await sleep(3200);

      const held = await run({ lagSeconds: 1 });
      // The row that was committed is there, and the watermark stays before what is open.
      expect(held.rows).toBe(1);
      expect(await rowsIn(sink)).toEqual(changed([8, 5]));
      // While it is open nothing is read twice.
      expect(await run({ lagSeconds: 1 })).toMatchObject({ rows: 0 });
      await late.query('COMMIT');
      const next = await run();
      expect(next).toMatchObject({ rows: 1, warnings: [] });
      expect(await rowsIn(sink)).toEqual(changed([7, 1], [8, 5]));
      const last = await run();
      expect(last).toMatchObject({ rows: 0, watermark: { from: next.watermark.to, to: next.watermark.to } });
      // The ends of two ranges: what is new, and zero dates.
      expect(last.serverRowsRead).toBeLessThanOrEqual(4);
    });

    test('a prepared transaction whose connection is gone', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      const run = runInto(extraction, sink);
      const xid = `${extraction.schema}-${kind}`;
      await createTable(extraction);
      await run();
      await using late = await client(server, extraction);
      await late.query(`XA START '${xid}'`);
      await late.query('UPDATE t SET k = 1 WHERE id = 7');
      await late.query(`XA END '${xid}'`);
      await late.query(`XA PREPARE '${xid}'`);
      late.drop();
      await sleep(1500);
      await extraction.sql('UPDATE t SET k = 5 WHERE id = 8');
      await sleep(1100);
      const held = await run();
      const { warnings } = held;
      expect(warnings).toMatchObject([{ kind: 'prepared-transactions' }]);
      expect(JSON.stringify(warnings)).toContain(`'${xid}'`);
      await extraction.sql(`XA COMMIT '${xid}'`);
      await run();
      expect(await rowsIn(sink)).toEqual(changed([7, 1], [8, 5]));
    });
  });

  test.each([
    [
      'a function that a SELECT calls',
      `CREATE FUNCTION stamp_late() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN
         DO SLEEP(4); UPDATE t SET k = 70 WHERE id = 7; RETURN 1; END`,
      'SELECT stamp_late()',
    ],
    [
      'a function that a view calls',
      `CREATE FUNCTION stamp_late() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN
         DO SLEEP(4); UPDATE t SET k = 70 WHERE id = 7; RETURN 1; END;
       CREATE TABLE one (n INT PRIMARY KEY); INSERT INTO one VALUES (1);
       CREATE VIEW seen AS SELECT n, stamp_late() AS x FROM one`,
      'SELECT x FROM seen',
    ],
    [
      'a trigger of a DELETE',
      `CREATE TABLE parts (n INT PRIMARY KEY); INSERT INTO parts VALUES (1);
       CREATE TRIGGER gone BEFORE DELETE ON parts FOR EACH ROW BEGIN
         DO SLEEP(4); UPDATE t SET k = 70 WHERE id = 7; END`,
      'DELETE FROM parts',
    ],
    [
      'a SET',
      `CREATE FUNCTION stamp_late() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN
         DO SLEEP(4); UPDATE t SET k = 70 WHERE id = 7; RETURN 1; END`,
      'SET @x = stamp_late()',
    ],
    [
      'a procedure',
      `CREATE PROCEDURE stamp_late() BEGIN
         UPDATE t SET k = (SELECT 70 FROM (SELECT SLEEP(4)) AS s) WHERE id = 7; END`,
      'CALL stamp_late()',
    ],
    [
      'an event',
      `CREATE PROCEDURE stamp_late() BEGIN
         UPDATE t SET k = (SELECT 70 FROM (SELECT SLEEP(4)) AS s) WHERE id = 7; END`,
      'CREATE EVENT once ON SCHEDULE AT CURRENT_TIMESTAMP DO CALL stamp_late()',
    ],
    [
      'a prepared statement',
      "SET @sql = 'UPDATE t SET k = (SELECT 70 FROM (SELECT SLEEP(4)) AS s) WHERE id = 7'",
      'PREPARE late FROM @sql; EXECUTE late',
    ],
  ])('%s stamps rows with the time at which it began', async (_what, definition, statement) => {
    await using extraction = await createExtraction(server);
    await createTable(extraction);
    await using late = await client(server, extraction);
    await late.query('SET GLOBAL event_scheduler = ON');
    // Statement by statement: a body has semicolons of its own.
    for (const part of definition.split(/;\s*(?=CREATE|INSERT INTO parts|INSERT INTO one)/))
      await late.query(part);
    await extraction.runTable(TABLE);
    const parts = statement.split('; ');
    for (const part of parts.slice(0, -1)) await late.query(part);
    const writes = late.query(parts.at(-1)!);
    await sleep(1200);
    await extraction.sql('UPDATE t SET k = 80 WHERE id = 8');
    await sleep(1200);
    await extraction.runTable(TABLE);
    await writes;
    await expect
      .poll(async () => (await extraction.connection.query('SELECT k FROM t WHERE id = 7'))[0], {
        timeout: 15_000,
      })
      .toEqual([{ k: 70 }]);
    await sleep(1100);
    await extraction.runTable(TABLE);
    expect(await extraction.compare('t')).toEqual([]);
  });

  test('a transaction that only reads, and a long report, hold nothing back for good', async () => {
    await using extraction = await createExtraction(server);
    await createTable(extraction);
    await extraction.runTable(TABLE);
    await using reader = await client(server, extraction);
    await reader.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    await reader.query('SELECT * FROM t WHERE id = 1 FOR UPDATE');
    await reader.query('SELECT COUNT(*) FROM t');
    await extraction.sql('INSERT INTO t (id, k) VALUES (9, 9)');
    await sleep(1200);
    const run = await extraction.runTable(TABLE);
    expect(run).toMatchObject({ rows: 1, warnings: [] });
    expect(run.watermark.to?.[1]).toBe('9');

    // A report without a transaction: the server says of it that it cannot write.
    await using report = await client(server, extraction);
    const reported = report.query('SELECT id, SLEEP(0.4) FROM t');
    await extraction.sql('INSERT INTO t (id, k) VALUES (10, 10)');
    await sleep(1200);
    const during = await extraction.runTable(TABLE);
    expect(during).toMatchObject({ rows: 1, warnings: [] });
    expect(during.watermark.to?.[1]).toBe('10');
    await reported;
  });

  test('a first load beside an open transaction begins where that may still commit', async () => {
    await using extraction = await createExtraction(server);
    await createTable(extraction);
    await sleep(2000);
    await using late = await client(server, extraction);
    await late.query('BEGIN');
    await late.query('UPDATE t SET k = 70 WHERE id = 7');
    await sleep(1100);
    await extraction.sql('INSERT INTO t (id, k) VALUES (9, 9)');
    const first = await extraction.runTable(TABLE);
    expect(first).toMatchObject({ rows: 9, watermark: { to: null } });
    await late.query('COMMIT');
    await sleep(1100);
    expect(await extraction.runTable(TABLE)).toMatchObject({ rows: 1 });
    expect(await extraction.compare('t')).toEqual([]);
  });

  test('a change log gets no version twice when it is read again', async () => {
    await using extraction = await createExtraction(server);
    await createTable(extraction);
    const log = { ...TABLE, append: true };
    await extraction.runTable(log);
    await using late = await client(server, extraction);
    await late.query('BEGIN');
    await late.query('UPDATE t SET k = 70 WHERE id = 7');
    await sleep(1100);
    await extraction.sql('UPDATE t SET k = 80 WHERE id = 8');
    await sleep(3100);
    await extraction.runTable(log);
    await late.query('COMMIT');
    await sleep(1100);
    await extraction.runTable(log);
    await extraction.runTable(log);
    const versions = await extraction.duckdb(
      `SELECT id, k FROM "${extraction.database.name}".t WHERE id > 6 ORDER BY id, _tidemark_sequence`,
    );
    expect(versions).toEqual([
      [7, 7],
      [7, 70],
      [8, 8],
      [8, 80],
    ]);
  });

  test('the names of prepared transactions, as XA COMMIT takes them, and without the privilege', async () => {
    await using extraction = await createExtraction(server);
    await createTable(extraction);
    await using late = await client(server, extraction);
    const xid = `X'00${Buffer.from(extraction.schema).toString('hex')}',X'79',7`;
    await late.query(`XA START ${xid}`);
    await late.query('UPDATE t SET k = 1 WHERE id = 7');
    await late.query(`XA END ${xid}`);
    await late.query(`XA PREPARE ${xid}`);
    late.drop();
    await sleep(300);
    await using session = await extraction.database.session();
    const names = await preparedTransactions(session, extraction.database.server);
    const own = names?.find((name) => name.includes(Buffer.from(extraction.schema).toString('hex')));
    await extraction.sql(`XA ROLLBACK ${own}`);

    await using user = await createUser(server, [`SELECT ON \`${extraction.schema}\`.*`, 'PROCESS ON *.*']);
    await using database = await openTestDatabase({
      ...extraction.settings,
      user: user.name,
      password: user.password,
    });
    await using limited = await database.session();
    const seen = await preparedTransactions(limited, database.server);
    expect(seen === null).toBe(server.flavour === 'mysql');
  });
});
