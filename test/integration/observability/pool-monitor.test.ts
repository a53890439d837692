import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/databases/database.ts';
import { monitorPool } from '../../../src/observability/pool-monitor.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createSchema, servers } from '../../support/schemas.ts';

describe.each(servers)('a pool monitor on $label', (server) => {
  test('sees use, waits, overflow and utilisation', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings, { pool: { size: 2, maxOverflow: 1 } });
    await using monitor = monitorPool(database, { sampleSeconds: 0.1, keptSamples: 3 });
    const [first, second, third] = await Promise.all([
      database.session(),
      database.session(),
      database.session(),
    ]);
    const waiting = use(database);
    expect(monitor.status()).toMatchObject({ inUse: 3, overflow: 1, waiting: 1 });
    await sleep(550);
    for (const session of [first, second, third]) await session[Symbol.asyncDispose]();
    await waiting;

    const report = monitor.report();
    expect(report).toMatchObject({
      database: 'business',
      size: 2,
      maxOverflow: 1,
      checkouts: 4,
      acquireFailures: 0,
      inUse: { peak: 3 },
      // The first connection was opened before the monitor was.
      connectionsOpened: 2,
      connectionsClosed: { overflow: 1, dead: 0, recycled: 0 },
      leaks: [],
    });
    expect(report.peakWaiting).toBeGreaterThanOrEqual(1);
    expect(report.inUse.mean).toBeGreaterThan(2);
    expect(report.inUse.mean).toBeLessThanOrEqual(3);
    expect(report.utilisation).toBeCloseTo(report.inUse.mean / 2);
    expect(report.wait.maxSeconds).toBeGreaterThan(0.5);
    expect(report.wait.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(report.wait.buckets.find(({ seconds }) => seconds === 1)).toMatchObject({ count: 1 });
    expect(report.connectionAges).toHaveLength(2);
    expect(report.samples).toHaveLength(3);
    expect(report.samples[0]).toMatchObject({ inUse: 3, idle: 0, overflow: 1, waiting: 1 });
  });

  test('counts recycled connections, callers in vain and leaks', async () => {
    await using schema = await createSchema(server);
    const database = await openTestDatabase(
      schema.settings,
      { pool: { size: 1, maxOverflow: 0, recycleSeconds: 1, acquireTimeoutSeconds: 1, leakLimitSeconds: 1 } },
      { leaks: 'report', graceSeconds: 0 },
    );
    const monitor = monitorPool(database);
    await sleep(1100);
    await database.session();
    await expect(database.session()).rejects.toThrow('no connection was free');
    await sleep(100);
    await database[Symbol.asyncDispose]();
    await monitor[Symbol.asyncDispose]();
    const report = monitor.report();
    expect(report).toMatchObject({ acquireFailures: 1, connectionsClosed: { recycled: 1 } });
    expect(report.heldLong).toHaveLength(1);
    expect(report.leaks).toHaveLength(1);
    expect(report.leaks[0]?.takenAt).toContain('pool-monitor.test.ts');
  });

  test('sees nothing after its disposal, and does not keep the process alive', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings);
    const monitor = monitorPool(database);
    await use(database);
    await monitor[Symbol.asyncDispose]();
    await use(database);
    expect(monitor.report().checkouts).toBe(1);
  });
});

async function use(database: Database): Promise<void> {
  await using session = await database.session();
  await session.query('DO 0');
}
