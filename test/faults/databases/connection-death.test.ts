import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { idempotently } from '../../../src/databases/idempotently.ts';
import { isConnectionLost } from '../../../src/databases/server-errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { RecordedEvents } from '../../support/pool-events.ts';
import { connect, createSchema, servers } from '../../support/schemas.ts';

describe.each(servers)('a death on $label', (server) => {
  test('by wait_timeout, of an idle connection, is never seen', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(schema.settings, {}, { onEvent: events.listen });
    {
      await using session = await database.session();
      await session.query('SET SESSION wait_timeout = 2');
    }
    await sleep(3500);
    expect(database.pool.status()).toMatchObject({ idle: 0, inUse: 0 });
    expect(events.closeReasons).toEqual(['dead']);
    await selectOne(database);
    expect(events.of('acquire-failed')).toEqual([]);
  });

  test('by KILL, of idle connections, is never seen', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings, { pool: { size: 3 } });
    await warmUp(database, 3);
    const ids = connectionIds(database);
    expect(ids).toHaveLength(3);
    await kill(ids);
    // At once: whether or not the deaths were noticed by now, no caller may meet one.
    await Promise.all(Array.from({ length: 6 }, () => selectOne(database)));
    expect(connectionIds(database).filter((id) => ids.includes(id))).toEqual([]);
  });

  test('by KILL, of a busy connection, is reported as what it is, and survived where the work is idempotent', async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    await using database = await openTestDatabase(schema.settings, {}, { onEvent: events.listen });
    {
      await using session = await database.session();
      const statement = session.query('SELECT SLEEP(20)').catch((error: unknown) => error);
      await sleep(200);
      await kill([session.connectionId]);
      expect(isConnectionLost(await statement)).toBe(true);
      const next = await session.query('DO 0').catch((error: unknown) => error);
      expect(isConnectionLost(next)).toBe(true);
    }
    expect(events.closeReasons).toEqual(['dead']);
    let attempts = 0;
    const answer = await idempotently(database, async (session) => {
      attempts += 1;
      if (attempts === 1) await kill([session.connectionId]);
      return session.value('SELECT SLEEP(0.3)');
    });
    expect({ answer, attempts }).toEqual({ answer: 0, attempts: 2 });
    expect(database.pool.status()).toMatchObject({ inUse: 0 });
  });

  test('does not become a retry when the statement itself fails', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings);
    let attempts = 0;
    const work = idempotently(database, async (session) => {
      attempts += 1;
      await session.query('SELECT * FROM no_such_table');
    });
    await expect(work).rejects.toMatchObject({ errno: 1146 });
    expect(attempts).toBe(1);
  });

  test('by its own session’s destroy fails the statement that is under way', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings);
    await using session = await database.session();
    const statement = session.query('SELECT SLEEP(20)').catch((error: unknown) => error);
    await sleep(50);
    session.destroy();
    expect(isConnectionLost(await statement)).toBe(true);
    await selectOne(database);
  });

  async function kill(ids: readonly number[]): Promise<void> {
    const killer = await connect(server);
    try {
      for (const id of ids) await killer.query('KILL ?', [id]);
    } finally {
      await killer.end();
    }
  }
});

/** Opens so many connections and gives them all back. */
async function warmUp(database: Database, count: number): Promise<void> {
  const sessions = await Promise.all(Array.from({ length: count }, () => database.session()));
  await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
}

async function selectOne(database: Database): Promise<void> {
  await using session = await database.session();
  expect(await session.value('SELECT 1')).toBe(1);
}

function connectionIds(database: Database): readonly number[] {
  return database.pool.status().connections.map(({ connectionId }) => connectionId);
}
