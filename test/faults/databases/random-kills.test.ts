import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { idempotently } from '../../../src/databases/idempotently.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { RecordedEvents } from '../../support/pool-events.ts';
import { connect, createSchema, type TestServer, servers } from '../../support/schemas.ts';

const CHECKOUTS = 10_000;
const WORKERS = 8;
/** 1094: no such connection; it was gone before the KILL came. */
const NO_SUCH_THREAD = 1094;

describe.each(servers)('random kills on $label', (server) => {
  test(`${CHECKOUTS} checkouts see no dead connection and leak none`, { timeout: 60_000 }, async () => {
    await using schema = await createSchema(server);
    const events = new RecordedEvents();
    const database = await openTestDatabase(
      schema.settings,
      { pool: { size: 4, maxOverflow: 4 } },
      { onEvent: events.listen },
    );
    const done = new AbortController();
    const killing = killAtRandom(server, database, done.signal);
    let left = CHECKOUTS;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        const answer = await idempotently(database, async (session) => session.value('SELECT 1'));
        if (answer !== 1) throw new Error(`got ${String(answer)}`);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker)).finally(() => done.abort());
    const kills = await killing;

    expect(kills).toBeGreaterThan(50);
    expect(events.of('acquire-failed')).toEqual([]);
    expect(events.of('acquired').length).toBe(events.of('released').length);
    expect(database.pool.status()).toMatchObject({ inUse: 0, waiting: 0 });
    await database[Symbol.asyncDispose]();
    expect(events.of('closed').length).toBe(events.of('connected').length);
    const [remaining] = await schema.connection.query(
      'SELECT ID FROM information_schema.PROCESSLIST WHERE DB = ? AND ID <> CONNECTION_ID()',
      [schema.name],
    );
    expect(remaining).toEqual([]);
  });
});

/** Kills one of the pool's connections every few milliseconds, idle or busy, until it is told to stop. */
async function killAtRandom(server: TestServer, database: Database, signal: AbortSignal): Promise<number> {
  const killer = await connect(server);
  let kills = 0;
  try {
    while (!signal.aborted) {
      await sleep(5);
      const { connections } = database.pool.status();
      const victim = connections[Math.floor(Math.random() * connections.length)];
      if (victim === undefined) continue;
      try {
        await killer.query('KILL ?', [victim.connectionId]);
        kills += 1;
      } catch (error) {
        if ((error as { errno?: number }).errno !== NO_SUCH_THREAD) throw error;
      }
    }
    return kills;
  } finally {
    await killer.end();
  }
}
