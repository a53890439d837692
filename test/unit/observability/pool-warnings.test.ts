import { describe, expect, test } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/database-config.ts';
import { describeWarning, onSameServer, poolWarnings } from '../../../src/observability/pool-warnings.ts';
import { type ConfigOverrides, testDatabaseConfig } from '../../support/database-config.ts';

const login = { host: 'db.example', port: 3306, user: 'u', password: 'p', schema: 's' };

function config(name: string, overrides: ConfigOverrides = {}): DatabaseConfig {
  return testDatabaseConfig(login, { name, ...overrides });
}

function warningsFor(
  sharing: readonly DatabaseConfig[],
  processes: number,
  server: { maxConnections?: number; waitTimeoutSeconds?: number },
) {
  return poolWarnings({
    config: sharing[0]!,
    sharing,
    processes,
    server: { maxConnections: 151, waitTimeoutSeconds: 28_800, ...server },
  });
}

describe('pool warnings', () => {
  test('processes × (size + overflow) may be 80 % of max_connections and no more', () => {
    const one = [config('business')];
    expect(warningsFor(one, 4, { maxConnections: 150 })).toEqual([]);
    expect(warningsFor(one, 4, { maxConnections: 149 })).toMatchObject([
      { kind: 'too-many-connections', possible: 120, maxConnections: 149 },
    ]);
  });

  test('databases on one server count together', () => {
    const both = [config('business'), config('matomo')];
    const [warning] = warningsFor(both, 3, { maxConnections: 200 });
    expect(warning).toMatchObject({ possible: 180, databases: ['business', 'matomo'] });
    expect(describeWarning(warning!)).toContain('160 of 200');
  });

  test('the same address is the same server', () => {
    const business = config('business');
    const elsewhere = config('matomo', { host: 'other.example' });
    expect(onSameServer(business, [business, elsewhere])).toEqual([business]);
    const bySocket = config('matomo', { socketPath: '/run/mysqld.sock' });
    expect(onSameServer(bySocket, [business, bySocket])).toEqual([bySocket]);
  });

  test('recycle may be as long as wait_timeout and no longer', () => {
    const one = [config('business', { pool: { recycleSeconds: 600 } })];
    expect(warningsFor(one, 1, { waitTimeoutSeconds: 600 })).toEqual([]);
    const [warning] = warningsFor(one, 1, { waitTimeoutSeconds: 599 });
    expect(describeWarning(warning!)).toContain('DB_POOL_RECYCLE (600 s) is longer than the server');
  });
});
