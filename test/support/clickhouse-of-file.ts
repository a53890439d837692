import path from 'node:path';
import { inject } from 'vitest';
import { type ClickhouseServer, startClickhouseServer } from './servers/clickhouse-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';

let starting: Promise<ClickhouseServer> | null = null;

/** The ClickHouse of a test file, started when it is first asked for; it ends with the file's process. */
export function clickhouseOfFile(): Promise<ClickhouseServer> {
  starting ??= start();
  return starting;
}

async function start(): Promise<ClickhouseServer> {
  const directory = await temporaryDirectory(inject('serversDirectory'));
  return startClickhouseServer(path.join(directory.path, 'clickhouse'));
}
