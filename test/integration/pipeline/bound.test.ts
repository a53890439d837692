import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { connect, createUser, servers, type TestServer } from '../../support/schemas.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { readHorizon } from '../../../src/pipeline/bound/bound.ts';
import { OpenTransactions } from '../../../src/pipeline/bound/open-transactions.ts';

const EVENTS = { table: 'events', cursor: 'at', index: 'at' } as const;

async function createEvents(extraction: Extraction, type = 'DATETIME(6)'): Promise<void> {
  await extraction.sql(
    `CREATE TABLE events (id BIGINT AUTO_INCREMENT PRIMARY KEY, at ${type} NOT NULL, note VARCHAR(20), KEY at (at))`,
    "INSERT INTO events (at, note) VALUES ('2024-01-01', 'old')",
  );
}

/** A second writer in the schema, whose clock is in UTC. */
async function writer(server: TestServer, extraction: Extraction) {
  const connection = await connect(server);
  await connection.changeUser({ database: extraction.schema });
  await connection.query("SET SESSION time_zone = '+00:00'");
  return { query: (sql: string) => connection.query(sql), [Symbol.asyncDispose]: () => connection.end() };
}

describe.each(servers)('the bound on $label', (server) => {
  test('a transaction that commits late is not lost', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await extraction.runTable(EVENTS);

    await using late = await writer(server, extraction);
    await late.query('START TRANSACTION');
    await late.query("INSERT INTO events (at, note) VALUES (NOW(6), 'late')");
    await sleep(2500);
    await extraction.sql("INSERT INTO events (at, note) VALUES (NOW(6), 'early')");
    await sleep(1100);

    const held = await extraction.runTable(EVENTS, { lagSeconds: 0 });
    expect(held.rows).toBe(0);
    expect(held.warnings).toMatchObject([{ kind: 'bound-held-back', by: 'transaction' }]);

    await late.query('COMMIT');
    const next = await extraction.runTable(EVENTS);
    expect(next.rows).toBe(2);
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('a transaction that began right after somebody looked at the list is seen', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await using late = await writer(server, extraction);
    await using monitor = await writer(server, extraction);
    await using session = await extraction.database.session();
    for (let round = 0; round < 5; round += 1) {
      // InnoDB shows this list again for 0.1 s, without what begins in between.
      await monitor.query('SELECT * FROM information_schema.INNODB_TRX');
      await late.query('START TRANSACTION');
      await late.query("INSERT INTO events (at, note) VALUES (NOW(6), 'late')");
      const open = await new OpenTransactions().list(session);
      await late.query('ROLLBACK');
      expect(open).toHaveLength(1);
    }
  });

  test('while others look all the time, no list is trusted', { timeout: 60_000 }, async () => {
    await using extraction = await createExtraction(server);
    // In the server, and three of them, so that none who has to wait for the processor leaves a gap.
    await using first = await writer(server, extraction);
    await using second = await writer(server, extraction);
    await using third = await writer(server, extraction);
    const monitors = [first, second, third];
    await using session = await extraction.database.session();
    await extraction.sql(
      'CREATE TABLE looking (times INT)',
      'INSERT INTO looking VALUES (0)',
      `CREATE PROCEDURE look_all_the_time() BEGIN
         WHILE EXISTS (SELECT * FROM looking) DO
           SELECT COUNT(*) INTO @transactions FROM information_schema.INNODB_TRX;
           UPDATE looking SET times = times + 1 WHERE times < 3;
           DO SLEEP(0.01);
         END WHILE;
       END`,
    );
    const looks = monitors.map((monitor) => monitor.query('CALL look_all_the_time()'));
    const times = async () => (await extraction.connection.query('SELECT times FROM looking'))[0];
    await expect.poll(times, { timeout: 20_000 }).toEqual([{ times: 3 }]);
    const open = await new OpenTransactions().list(session);
    await extraction.sql('DELETE FROM looking');
    await Promise.all(looks);
    expect(open).toBeNull();
  });

  test('a statement that waits before its transaction begins is not lost', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await extraction.runTable(EVENTS);

    await using blocker = await writer(server, extraction);
    await using waiting = await writer(server, extraction);
    await blocker.query('LOCK TABLES events READ');
    // Stamped now, but its transaction begins only once the lock is gone.
    const inserted = waiting.query("INSERT INTO events (at, note) VALUES (NOW(6), 'waits')");
    await sleep(2500);
    await extraction.runTable(EVENTS);
    await blocker.query('UNLOCK TABLES');
    await inserted;
    await sleep(1100);
    expect((await extraction.runTable(EVENTS)).rows).toBe(1);
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('the second that is still running is left for the next run', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction, 'DATETIME');
    await extraction.runTable(EVENTS);
    for (let round = 0; round < 6; round += 1) {
      await extraction.sql(`INSERT INTO events (at, note) VALUES (NOW(), 'a${round}')`);
      await extraction.runTable(EVENTS);
      await extraction.sql(`INSERT INTO events (at, note) VALUES (NOW(), 'b${round}')`);
    }
    await sleep(1100);
    await extraction.runTable(EVENTS);
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('a read-only transaction, such as another extraction, holds nothing back', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await using reader = await writer(server, extraction);
    await reader.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    await reader.query('SELECT COUNT(*) FROM events');
    await sleep(1500);
    await using session = await extraction.database.session();
    const horizon = await readHorizon(session, extraction.database.server, 0);
    expect(horizon.heldBackBy?.seconds ?? 0).toBeLessThan(1);
  });

  test('without the privilege to see transactions it says so and stays further behind', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await using user = await createUser(server, [`SELECT ON \`${extraction.schema}\`.*`]);
    await using database = await openTestDatabase({
      host: server.host,
      port: server.port,
      user: user.name,
      password: user.password,
      schema: extraction.schema,
    });
    await using session = await database.session();
    const horizon = await readHorizon(session, database.server, 5);
    expect(horizon).toMatchObject({ transactionsVisible: false, lagSeconds: 60 });
  });

  test('a lookback reads again what an application stamped late, and the watermark does not go back', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await extraction.sql("INSERT INTO events (at, note) VALUES ('2024-01-02', 'last')");
    await extraction.runTable(EVENTS);
    await extraction.sql("INSERT INTO events (at, note) VALUES ('2024-01-01 23:59:30', 'stamped late')");
    expect((await extraction.runTable(EVENTS)).rows).toBe(0);
    const run = await extraction.runTable({ ...EVENTS, lookback: 60 });
    expect(run.rows).toBe(2);
    expect(run.watermark.to).toEqual(['2024-01-02 00:00:00.000000', '2']);
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('the zone of the writers: a clock eight hours ahead', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction, 'DATETIME');
    const local = { ...EVENTS, timeZone: '+08:00' };
    await extraction.runTable(local);
    await extraction.sql(
      "INSERT INTO events (at, note) VALUES (NOW() + INTERVAL 8 HOUR - INTERVAL 5 SECOND, 'local')",
    );
    const run = await extraction.runTable(local);
    expect(run).toMatchObject({ rows: 1, warnings: [] });
    const wrong = await extraction.runTable(EVENTS, { fullRefresh: true });
    expect(wrong.warnings).toMatchObject([{ kind: 'future-cursor', column: 'at' }]);
  });

  test.each([
    ['TIMESTAMP', {}, 'FROM_UNIXTIME(1700000000 + n)', "'2024-06-01 00:00:00'", '2024-06-01 00:00:00'],
    [
      'TIMESTAMP(3)',
      {},
      'FROM_UNIXTIME(1700000000.123 + n)',
      "'2024-06-01 00:00:00.5'",
      '2024-06-01 00:00:00.500',
    ],
    ['DATE', {}, "'2024-01-01' + INTERVAL n DAY", "'2024-06-01'", '2024-06-01'],
    ['BIGINT', { epoch: 'milliseconds' }, '1700000000000 + n', '1717200000000', '1717200000000'],
    ['INT UNSIGNED', { epoch: 'seconds' }, '1700000000 + n', '1717200000', '1717200000'],
  ] as const)('cursor of type %s', async (type, extra, value, changed, watermark) => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      `CREATE TABLE events (id INT PRIMARY KEY, at ${type} NOT NULL, note VARCHAR(20), KEY at (at))`,
      `INSERT INTO events (id, at) SELECT n, ${value} FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS x`,
    );
    const spec = { ...EVENTS, ...extra };
    expect((await extraction.runTable(spec)).rows).toBe(3);
    await extraction.sql(`UPDATE events SET at = ${changed}, note = 'changed' WHERE id = 2`);
    const run = await extraction.runTable(spec);
    expect(run).toMatchObject({ rows: 1, watermark: { to: [watermark, '2'] } });
    expect(await extraction.compare('events')).toEqual([]);
  });

  test('an id cursor waits for open transactions, and keeps the watermark if they do not end', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE actions (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))',
      "INSERT INTO actions (name) VALUES ('one'), ('two')",
    );
    const spec = { table: 'actions', cursor: 'id', index: 'PRIMARY' } as const;
    expect((await extraction.runTable(spec)).watermark.to).toEqual(['2']);
    await using late = await writer(server, extraction);
    await late.query('START TRANSACTION');
    await late.query("INSERT INTO actions (name) VALUES ('three, late')");
    await extraction.sql("INSERT INTO actions (name) VALUES ('four')");
    const held = await extraction.runTable(spec);
    expect(held).toMatchObject({ rows: 1, watermark: { from: ['2'], to: ['2'] } });
    expect(held.warnings).toMatchObject([{ kind: 'ids-not-settled' }]);
    await late.query('COMMIT');
    expect(await extraction.runTable(spec)).toMatchObject({
      rows: 2,
      watermark: { from: ['2'], to: ['4'] },
      warnings: [],
    });
    expect(await extraction.compare('actions')).toEqual([]);
  });

  test('rows whose cursor is NULL, by policy', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE events (id INT PRIMARY KEY, at DATETIME NULL, note VARCHAR(20), KEY at (at))',
      "INSERT INTO events VALUES (1, '2024-01-01', ''), (2, NULL, ''), (3, NULL, '')",
    );
    const first = await extraction.runTable(EVENTS);
    expect(first).toMatchObject({ rows: 3, warnings: [{ kind: 'null-cursor', column: 'at', count: 2 }] });
    await extraction.sql("UPDATE events SET note = 'changed' WHERE id = 3");
    expect((await extraction.runTable(EVENTS)).rows).toBe(2);
    expect(await extraction.compare('events')).toEqual([]);
    await expect(extraction.runTable({ ...EVENTS, nullCursor: 'error' })).rejects.toThrow(/at.*NULL/);
    expect((await extraction.runTable({ ...EVENTS, nullCursor: 'ignore' }, { fullRefresh: true })).rows).toBe(
      1,
    );
  });
});
