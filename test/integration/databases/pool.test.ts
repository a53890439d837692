import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { WorkFailedError } from '../../../src/errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { RecordedEvents } from '../../support/pool-events.ts';
import { createSchema, servers } from '../../support/schemas.ts';

describe.each(servers)('the pool on $label', (server) => {
  test('keeps DB_POOL_SIZE connections and closes the overflow when it is returned', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(
      schema.settings,
      { pool: { size: 2, maxOverflow: 3 } },
      { onEvent: events.listen },
    );
    const sessions = await Promise.all(Array.from({ length: 5 }, () => database.session()));
    expect(database.pool.status()).toMatchObject({ inUse: 5, idle: 0, overflow: 3, waiting: 0 });
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    expect(database.pool.status()).toMatchObject({ inUse: 0, idle: 2, overflow: 0 });
    expect(events.closeReasons).toEqual(['overflow', 'overflow', 'overflow']);
    const opened = events.of('connected').length;
    await useOnce(database);
    expect(events.of('connected')).toHaveLength(opened);
  });

  test('a caller that waits gets the connection that comes back, in the order of asking', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings, { pool: { size: 1, maxOverflow: 0 } });
    const order: string[] = [];
    const first = await database.session();
    const waiting = ['second', 'third'].map(async (name) => {
      await using session = await database.session();
      await session.query('DO 0');
      order.push(name);
    });
    expect(database.pool.status()).toMatchObject({ inUse: 1, waiting: 2 });
    await first[Symbol.asyncDispose]();
    await Promise.all(waiting);
    expect(order).toEqual(['second', 'third']);
  });

  test('says who holds the connections when none is free in time, to sessions and to knex', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings, {
      pool: { size: 1, maxOverflow: 1, acquireTimeoutSeconds: 1 },
    });
    await using held = await database.session();
    await using other = await holdForTheTest(database);
    const refusals = await Promise.all([
      database.session().catch((error: unknown) => error),
      Promise.resolve(database.knex.raw('DO 0')).catch((error: unknown) => error),
    ]);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(WorkFailedError);
      const { message, hints } = refusal as WorkFailedError;
      expect(message).toContain('no connection was free within 1 s: 2 of 2 in use');
      expect(message).toMatch(
        new RegExp(`connection ${held.connectionId}, for 1\\.\\d s, taken at .*pool\\.test\\.ts:\\d+`),
      );
      expect(message).toMatch(
        new RegExp(`connection ${other.connectionId}, for 1\\.\\d s, taken at holdForTheTest`),
      );
      expect(hints.join('\n')).toContain('BUSINESS_DB_POOL_SIZE (1), BUSINESS_DB_MAX_OVERFLOW (1)');
    }
    expect(database.pool.status()).toMatchObject({ inUse: 2, waiting: 0 });
  });

  test('replaces a connection that is older than DB_POOL_RECYCLE when it is next taken', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(
      schema.settings,
      { pool: { size: 1, maxOverflow: 0, recycleSeconds: 1 } },
      { onEvent: events.listen },
    );
    const before = await useOnce(database);
    await sleep(1100);
    const after = await useOnce(database);
    expect(after).not.toBe(before);
    expect(events.closeReasons).toEqual(['recycled']);
  });

  test('sets the session up once per connection, for sessions and for knex', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings, { pool: { size: 1, maxOverflow: 0 } });
    const settings = 'SELECT @@time_zone, @@sql_mode, @@lock_wait_timeout';
    const expected = {
      '@@time_zone': '+00:00',
      '@@sql_mode': 'STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION',
      '@@lock_wait_timeout': 5,
    };
    {
      await using session = await database.session();
      expect(await session.query(settings)).toMatchObject([expected]);
      await session.query('SET SESSION lock_wait_timeout = 7');
    }
    const [[row]] = (await database.knex.raw(settings)) as [[Record<string, unknown>]];
    expect(row).toEqual({ ...expected, '@@lock_wait_timeout': 7 });
  });

  test('rolls back what a session left open', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB');
    await using database = await openTestDatabase(schema.settings, { pool: { size: 1, maxOverflow: 0 } });
    {
      await using session = await database.session();
      await session.query('START TRANSACTION');
      await session.execute('INSERT INTO t VALUES (1)');
    }
    await using session = await database.session();
    expect(await session.value('SELECT COUNT(*) FROM t')).toBe(0);
  });

  test('hands out sound connections to knex: queries, transactions and their rollback', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE t (id INT PRIMARY KEY)');
    await using database = await openTestDatabase(schema.settings, { pool: { size: 2, maxOverflow: 0 } });
    await database.knex.transaction(async (transaction) => transaction('t').insert({ id: 1 }));
    const undone = database.knex.transaction(async (transaction) => {
      await transaction('t').insert({ id: 2 });
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await database.knex('t').select('id')).toEqual([{ id: 1 }]);
    expect(database.pool.status()).toMatchObject({ inUse: 0 });
  });

  test('reports a checkout that lasts longer than the limit, once, with the stack that took it', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(
      schema.settings,
      { pool: { leakLimitSeconds: 1 } },
      { onEvent: events.listen },
    );
    await using session = await holdForTheTest(database);
    await sleep(1300);
    expect(events.of('held-long').map(({ holder }) => holder)).toEqual([
      expect.objectContaining({
        connectionId: session.connectionId,
        stack: expect.stringContaining('holdForTheTest'),
      }),
    ]);
  });

  test('names a connection that was not returned when it is disposed of, and closes it', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    const database = await openTestDatabase(
      schema.settings,
      {},
      { onEvent: events.listen, graceSeconds: 0.2 },
    );
    const leaked = await holdForTheTest(database);
    const statement = leaked.query('SELECT SLEEP(20)').catch((error: unknown) => error);
    const failure = await database[Symbol.asyncDispose]().then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(WorkFailedError);
    expect((failure as Error).message).toContain('1 connection(s) were not returned');
    expect((failure as Error).message).toContain('holdForTheTest');
    expect(events.of('leaked')).toHaveLength(1);
    expect(await statement).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' });
    await leaked[Symbol.asyncDispose]();
    await expect(database.session()).rejects.toThrow('the connection pool is closed');
  });

  test('can be told to report a leak instead of failing', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    const database = await openTestDatabase(
      schema.settings,
      {},
      { onEvent: events.listen, leaks: 'report', graceSeconds: 0 },
    );
    await holdForTheTest(database);
    await database[Symbol.asyncDispose]();
    expect(events.of('leaked')).toHaveLength(1);
  });

  test('waits for sessions that are still at work when it is disposed of', async () => {
    await using schema = await createSchema(server);
    const database = await openTestDatabase(schema.settings);
    const work = (async () => {
      await using session = await database.session();
      return await session.value('SELECT SLEEP(0.3)');
    })();
    await sleep(100);
    await database[Symbol.asyncDispose]();
    expect(await work).toBe(0);
  });
});

/** Takes a connection and gives it back; its id tells which one it was. */
async function useOnce(database: Database): Promise<number> {
  await using session = await database.session();
  await session.query('DO 0');
  return session.connectionId;
}

/** A caller with a name, to look for in a report. */
async function holdForTheTest(database: Database) {
  return database.session();
}
