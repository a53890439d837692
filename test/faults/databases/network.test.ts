import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { isConnectionLost } from '../../../src/databases/server-errors.ts';
import { WorkFailedError } from '../../../src/errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { RecordedEvents } from '../../support/pool-events.ts';
import { createSchema, servers } from '../../support/schemas.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

describe.each(servers)('a network in front of $label', (server) => {
  test('that resets idle connections is not noticed', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    await using database = await openTestDatabase({ ...schema.settings, port: proxy.port });
    const before = proxy.accepted;
    proxy.cut();
    await selectOne(database);
    expect(proxy.accepted).toBe(before + 1);
  });

  test('that resets a busy connection is reported as a lost connection', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    await using database = await openTestDatabase({ ...schema.settings, port: proxy.port });
    await using session = await database.session();
    const statement = session.query('SELECT SLEEP(20)').catch((error: unknown) => error);
    await sleep(100);
    proxy.cut();
    expect(isConnectionLost(await statement)).toBe(true);
  });

  test('that cuts in the middle of a result fails the statement and never shortens it', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    await using database = await openTestDatabase({ ...schema.settings, port: proxy.port });
    await using session = await database.session();
    proxy.cutAfter(100_000);
    const result = await session
      .query("SELECT REPEAT('x', 1000000) AS text")
      .catch((error: unknown) => error);
    expect(isConnectionLost(result)).toBe(true);
    proxy.resume();
    await selectOne(database);
  });

  test('that swallows packets costs one ping, however many connections are idle', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(
      { ...schema.settings, port: proxy.port },
      { pool: { size: 5, connectTimeoutSeconds: 1 } },
      { onEvent: events.listen },
    );
    const sessions = await Promise.all(Array.from({ length: 5 }, () => database.session()));
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
    proxy.stall();
    const since = performance.now();
    const waiting = selectOne(database);
    await sleep(500);
    proxy.resume();
    await waiting;
    expect(performance.now() - since).toBeLessThan(1900);
    await Promise.all(Array.from({ length: 5 }, () => selectOne(database)));
    expect(performance.now() - since).toBeLessThan(2500);
    expect(events.closeReasons.toSorted()).toEqual([
      'invalidated',
      'invalidated',
      'invalidated',
      'invalidated',
      'ping-failed',
    ]);
  });

  test('that never answers a new connection is given up after DB_CONNECT_TIMEOUT', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    proxy.stall();
    const since = performance.now();
    const opening = openTestDatabase(
      { ...schema.settings, port: proxy.port },
      { pool: { connectTimeoutSeconds: 1 } },
    );
    await expect(opening).rejects.toThrow(/no server answers \(ETIMEDOUT\)/);
    expect(performance.now() - since).toBeLessThan(2000);
  });

  test('that stalls while a database is disposed of does not hold it up', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    const database = await openTestDatabase({ ...schema.settings, port: proxy.port });
    await selectOne(database);
    proxy.stall();
    const since = performance.now();
    await database[Symbol.asyncDispose]();
    expect(performance.now() - since).toBeLessThan(2500);
  });

  test('that delays every packet changes nothing but the time', async () => {
    await using schema = await createSchema(server);
    await using proxy = await startTcpProxy(server);
    proxy.delay(30);
    await using database = await openTestDatabase({ ...schema.settings, port: proxy.port });
    await Promise.all(Array.from({ length: 4 }, () => selectOne(database)));
  });

  test('without an address for the host says so', async () => {
    await using schema = await createSchema(server);
    const failure = await openTestDatabase({ ...schema.settings, host: 'no-such-host.invalid' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(WorkFailedError);
    expect((failure as WorkFailedError).message).toContain('"no-such-host.invalid" cannot be resolved');
    expect((failure as WorkFailedError).hints.join()).toContain('BUSINESS_DB_HOST');
  });
});

async function selectOne(database: Database): Promise<void> {
  await using session = await database.session();
  expect(await session.value('SELECT 1')).toBe(1);
}
