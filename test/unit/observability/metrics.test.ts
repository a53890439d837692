import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';
import { parseMetricsAddress } from '../../../src/observability/metrics-address.ts';
import { serveMetrics } from '../../../src/observability/metrics-server.ts';

describe('metrics', () => {
  test('count what happens in a pool and what work was done', async () => {
    const metrics = await createMetrics();
    const listen = metrics.poolListener('business');
    listen({ kind: 'connected', connectionId: 1, seconds: 0.01 });
    listen({ kind: 'acquired', connectionId: 1, waitSeconds: 0.02 });
    listen({ kind: 'released', connectionId: 1, heldSeconds: 1 });
    listen({ kind: 'acquired', connectionId: 1, waitSeconds: 2 });
    listen({ kind: 'acquire-failed', error: new Error('none'), waitSeconds: 30 });
    listen({ kind: 'closed', connectionId: 1, reason: 'recycled', ageSeconds: 9 });
    metrics.extracted({ database: 'business', table: 'order_tab', mode: 'snapshot', rows: 5, seconds: 2 });
    metrics.migrated({ database: 'business', migration: '001', action: 'built', seconds: 3 });
    const lines = (await metrics.text()).split('\n');
    for (const line of [
      'tidemark_pool_connections{database="business"} 0',
      'tidemark_pool_connections_in_use{database="business"} 1',
      'tidemark_pool_connections_opened_total{database="business"} 1',
      'tidemark_pool_acquire_failures_total{database="business"} 1',
      'tidemark_pool_connections_closed_total{database="business",reason="recycled"} 1',
      'tidemark_pool_wait_seconds_bucket{le="0.05",database="business"} 1',
      'tidemark_pool_wait_seconds_count{database="business"} 2',
      'tidemark_extracted_rows_total{database="business",table="order_tab",mode="snapshot"} 5',
      'tidemark_extract_seconds_total{database="business",table="order_tab",mode="snapshot"} 2',
      'tidemark_migrations_total{database="business",action="built"} 1',
      'tidemark_migration_seconds{database="business",migration="001",action="built"} 3',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('of two runs in one process do not mix', async () => {
    const [one, other] = await Promise.all([createMetrics(), createMetrics()]);
    one.poolListener('business')({ kind: 'connected', connectionId: 1, seconds: 0 });
    expect(await other.text()).not.toContain('database="business"');
  });

  test('are served under /metrics until the end of the run', async () => {
    const metrics = await createMetrics();
    metrics.poolListener('business')({ kind: 'connected', connectionId: 1, seconds: 0 });
    let url: string;
    {
      await using server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${server.address.port}`;
      const response = await fetch(`${url}/metrics`);
      expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
      expect(await response.text()).toContain('tidemark_pool_connections{database="business"} 1');
      expect((await fetch(`${url}/else`)).status).toBe(404);
    }
    await expect(fetch(`${url}/metrics`)).rejects.toThrow('fetch failed');
  });

  test('say which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const serving = serveMetrics(await createMetrics(), { host: '127.0.0.1', port });
    await expect(serving).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    other.close();
  });

  test.each([
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['0.0.0.0:9464', { host: '0.0.0.0', port: 9464 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
  ])('are served at %s', (text, address) => {
    expect(parseMetricsAddress(text)).toEqual(address);
  });

  test.each(['', 'x', '70000', 'host:', '-1'])('are not served at "%s"', (text) => {
    expect(() => parseMetricsAddress(text)).toThrow(UsageError);
  });
});
