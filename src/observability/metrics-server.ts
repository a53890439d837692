import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../errors.ts';
import type { Metrics } from './metrics.ts';

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

export interface MetricsServer extends AsyncDisposable {
  readonly address: MetricsAddress;
}

/** Reads `9464` (on the loopback interface) or `0.0.0.0:9464`. Throws a UsageError. */
export function parseMetricsAddress(text: string): MetricsAddress {
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(`--metrics-port: expected a port or HOST:PORT, got "${text}"`, {
      hint: '--metrics-port 9464 serves this machine only, --metrics-port 0.0.0.0:9464 every network',
    });
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

/** Serves `/metrics` until disposed. Throws a UsageError where the address cannot be had. */
export async function serveMetrics(metrics: Metrics, { host, port }: MetricsAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) =>
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UsageError(`--metrics-port: cannot listen on ${host}:${port}: ${(error as Error).message}`, {
      hint: 'choose another port',
      cause: error,
    });
  }
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    [Symbol.asyncDispose]: async () => {
      server.close();
      // A scraper keeps its connection open between two scrapes.
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
