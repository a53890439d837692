import { UsageError } from '../errors.ts';

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
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
