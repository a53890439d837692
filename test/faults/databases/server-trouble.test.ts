import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { isConnectionLost } from '../../../src/databases/server-errors.ts';
import { WorkFailedError } from '../../../src/errors.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { RecordedEvents } from '../../support/pool-events.ts';
import { type PrivateTestServer, startPrivateTestServer } from '../../support/private-test-server.ts';
import { connect } from '../../support/schemas.ts';

const MAX_CONNECTIONS = 10;

describe.each(['mysql', 'mariadb'] as const)('a %s server', (flavour) => {
  let server: PrivateTestServer;
  beforeAll(async () => {
    server = await startPrivateTestServer(flavour, () => [`--max-connections=${MAX_CONNECTIONS}`]);
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const settings = () => ({ ...server.settings, schema: 'information_schema' });

  test('that restarts is noticed only by the statement that was running', async () => {
    await using database = await openTestDatabase(settings(), { pool: { size: 3 } });
    await using busy = await database.session();
    // MySQL's SLEEP would return a row when it is interrupted; this runs for hours.
    const statement = busy
      .query('SELECT COUNT(*) FROM COLUMNS a, COLUMNS b, COLUMNS c')
      .catch((error: unknown) => error);
    await Promise.all([selectOne(database), selectOne(database)]);
    await server.restart();
    expect(isConnectionLost(await statement)).toBe(true);
    await Promise.all(Array.from({ length: 3 }, () => selectOne(database)));
  });

  test('that is down is named with its address, and used again as soon as it is up', async () => {
    await using database = await openTestDatabase(settings());
    await server.server.stop();
    const since = performance.now();
    const failure = await database.session().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkFailedError);
    expect((failure as Error).message).toContain(`127.0.0.1:${server.settings.port}): no server answers`);
    expect(performance.now() - since).toBeLessThan(2000);
    await server.restart();
    await selectOne(database);
  });

  test('without a free connection keeps a caller waiting while one of ours can come back', async () => {
    const events = new RecordedEvents();
    await using database = await openTestDatabase(settings(), {}, { onEvent: events.listen });
    await using full = await fill(database);
    const waiting = selectOne(database);
    await sleep(500);
    expect(events.of('connect-failed').length).toBeGreaterThan(0);
    await full.release();
    await waiting;
    expect(events.of('acquire-failed')).toEqual([]);
  });

  test('without a free connection is named when none of ours can come back', async () => {
    const root = await connect(server.settings);
    const others = await occupy();
    try {
      const failure = await openTestDatabase(settings()).catch((error: unknown) => error);
      expect((failure as Error).message).toContain('the server has no connection left (max_connections)');
      expect((failure as WorkFailedError).hints.join()).toContain('BUSINESS_DB_POOL_SIZE');
    } finally {
      await Promise.all([root, ...others].map((connection) => connection.end()));
    }
  });

  /** Opens connections until the server refuses. */
  async function occupy() {
    const connections = [];
    for (;;) {
      try {
        connections.push(await connect(server.settings));
      } catch {
        return connections;
      }
    }
  }

  /** Takes sessions until the server has no connection left for another client. */
  async function fill(database: Database) {
    const own = await database.session();
    const others = await occupy();
    return {
      release: () => own[Symbol.asyncDispose](),
      [Symbol.asyncDispose]: async () => {
        await Promise.all(others.map((connection) => connection.end()));
      },
    };
  }
});

async function selectOne(database: Database): Promise<void> {
  await using session = await database.session();
  expect(await session.value('SELECT 1')).toBe(1);
}
