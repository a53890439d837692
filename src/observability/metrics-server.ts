import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../errors.ts';
import type { Metrics } from './metrics.ts';
import type { MetricsAddress } from './metrics-address.ts';

export interface MetricsServer extends AsyncDisposable {
  readonly address: MetricsAddress;
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
