import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@clickhouse/client';
import { noteSecret } from '../secrets.ts';
import { installAside } from './npm-aside.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** ClickHouse 26.7; 550 MB, so it is no dependency of the project. */
const VERSION = '3.4.0';
const PASSWORD = 'ch-tidemark-test-71d0';

/** A running ClickHouse for tests. */
export interface ClickhouseServer extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A URL of a database, without the password, as `--sink` takes it. */
  url(database: string, parameters?: string): string;
  /** The rows of a query, read by the official client. */
  query<Row>(sql: string): Promise<readonly Row[]>;
  /** Runs a statement. */
  run(sql: string): Promise<void>;
}

/**
 * Starts a ClickHouse of its own below a directory, whose time zone is not UTC. It ends with this process. Throws npm's
 * words where the engine cannot be had.
 */
export async function startClickhouseServer(directory: string): Promise<ClickhouseServer> {
  const module = await installAside(path.join(ROOT, '.tidemark/test-servers/chdb', VERSION), {
    spec: `chdb@${VERSION}`,
    file: 'node_modules/chdb/index.js',
  });
  await mkdir(directory, { recursive: true });
  await noteSecret(PASSWORD);
  const host = path.join(import.meta.dirname, 'clickhouse-host.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', host, module, directory, PASSWORD], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'America/New_York' },
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [])]);
  if (line === undefined) throw new Error('the ClickHouse of the tests did not start');
  const port = Number(line);
  const client = createClient({
    url: `http://127.0.0.1:${port}`,
    password: PASSWORD,
    request_timeout: 3_600_000,
    log: { level: 127 },
  });
  return {
    port,
    user: 'default',
    password: PASSWORD,
    url: (database, parameters = '') => `clickhouse://default@127.0.0.1:${port}/${database}${parameters}`,
    query: async <Row>(sql: string) =>
      (await client.query({ query: sql, format: 'JSONEachRow' })).json<Row>(),
    run: async (sql) => {
      await client.command({ query: sql });
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      child.stdin.end();
      await ended;
    },
  };
}
