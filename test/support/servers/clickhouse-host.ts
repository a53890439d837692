/**
 * ClickHouse of today, the embedded one of npm `chdb`, behind as much of the HTTP interface as clients use: the query in
 * the URL or the body, data after it, settings as parameters, errors with their code. Started as a program of its own:
 *
 *   clickhouse-host.ts MODULE DIRECTORY PASSWORD
 *
 * Prints its port. Ends when its standard input does. Statements run one after another: a session has one at a time.
 */
import { createRequire } from 'node:module';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import zlib from 'node:zlib';

interface Session {
  query(sql: string, format?: string): string;
}

const [module, directory, password] = process.argv.slice(2);
if (module === undefined || directory === undefined || password === undefined) {
  throw new Error('usage: clickhouse-host.ts MODULE DIRECTORY PASSWORD');
}
const chdb = createRequire(import.meta.url)(module) as { Session: new (directory: string) => Session };
const session = new chdb.Session(path.join(directory, 'data'));
// What these servers lose, nobody misses.
session.query('SET fsync_metadata = 0');

/** Parameters of a request that are no settings. */
const NOT_SETTINGS = new Set(['wait_end_of_query', 'query', 'query_id', 'database', 'session_id', 'role']);
/** Codes of the manual's list whose status is not 500. */
const STATUS: Readonly<Record<string, number>> = { 516: 403, 60: 404, 81: 404, 62: 400 };

const server = createServer((request, response) => {
  void reply(request, response);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, code, text } = await answer(request);
  response.statusCode = status;
  if (code !== null) response.setHeader('X-ClickHouse-Exception-Code', code);
  response.end(text);
}

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping') return { status: 200, code: null, text: 'Ok.\n' };
  const body = decompressed(await buffer(request), request.headers['content-encoding']);
  if (!mayEnter(request.headers.authorization)) {
    return failure(
      'Code: 516. DB::Exception: default: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)',
    );
  }
  const query = url.searchParams.get('query');
  try {
    set(url.searchParams);
    const text = query === null ? session.query(body.toString('utf8'), 'TSV') : insert(query, body);
    return { status: 200, code: null, text };
  } catch (error) {
    return failure((error instanceof Error ? error.message : String(error)).replace(/^Query failed: /, ''));
  }
}

function failure(text: string): Answer {
  const code = /^Code: (\d+)/.exec(text)?.[1] ?? '1001';
  return { status: STATUS[code] ?? 500, code, text };
}

function mayEnter(authorization = ''): boolean {
  const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8');
  return given === `default:${password}`;
}

/** A setting holds for the statement alone in the real interface; here until another statement has others. */
let present: Readonly<Record<string, string>> = {};
function set(parameters: URLSearchParams): void {
  const settings = Object.fromEntries([...parameters].filter(([name]) => !NOT_SETTINGS.has(name)));
  for (const name of Object.keys(present)) {
    if (!Object.hasOwn(settings, name)) session.query(`SET ${name} = DEFAULT`);
  }
  for (const [name, value] of Object.entries(settings)) {
    const text = value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`);
    if (present[name] !== value) session.query(`SET ${name} = '${text}'`);
  }
  present = settings;
}

/** The engine's own call for data cuts what is binary, so that it reads a file. */
function insert(query: string, body: Buffer): string {
  const [, into, format] = /^(INSERT INTO [\s\S]*?)\s+FORMAT (\w+)\s*$/.exec(query) ?? [];
  if (into === undefined || format === undefined)
    return session.query(`${query}\n${body.toString('utf8')}`, 'TSV');
  const file = path.join(directory!, 'body');
  writeFileSync(file, body);
  try {
    return session.query(`${into} FROM INFILE '${file}' FORMAT ${format}`, 'TSV');
  } finally {
    rmSync(file);
  }
}

function decompressed(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return zlib.gunzipSync(body);
  if (encoding !== 'zstd') return body;
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
  if (zstdDecompressSync === undefined) throw new Error('this Node.js has no zstd');
  return zstdDecompressSync(body);
}
