import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { findProgram, searchPath } from '../../src/dev/servers/software.ts';
import type { PostgresServer } from '../../test/support/servers/postgres-server.ts';
import type { BenchServer } from './bench-server.ts';
import type { Contender } from './contest.ts';
import { quickClient, selectAll } from './peers.ts';

/** An empty PostgreSQL database for each repetition. */
export interface Warehouse {
  readonly server: PostgresServer;
  readonly database: string;
  readonly reset: () => Promise<void>;
}

export interface Loading {
  readonly server: BenchServer;
  readonly schema: string;
  readonly table: string;
  readonly scratch: string;
  readonly warehouse: Warehouse;
}

/**
 * The source's own client piped into psql's COPY: text columns, no key, no watermark, NULL as the word. It is what a shell
 * script does, and about as fast as the two servers can talk to each other.
 */
export async function nativePipe(loading: Loading): Promise<Contender | string> {
  const { server, warehouse } = loading;
  const psql = await findProgram('psql', searchPath(process.env));
  if (psql === null) return 'psql: not installed (Debian: apt-get install postgresql-client)';
  const { flavour } = server.software;
  const columns = await columnNames(loading);
  const target = `raw (${columns.map((name) => `"${name}"`).join(', ')})`;
  return {
    name: `${flavour} --quick | psql COPY`,
    program: {
      command: [
        '/bin/sh',
        '-c',
        '"$@" -e "$SELECT" | psql --no-psqlrc --quiet "$WAREHOUSE" -c "$COPY"',
        'sh',
        ...quickClient(server),
      ],
      environment: {
        SELECT: selectAll(loading),
        COPY: `COPY ${target} FROM STDIN`,
        WAREHOUSE: warehouse.server.url(warehouse.database),
        PGPASSWORD: warehouse.server.password,
      },
      stdout: 'discard',
    },
    async prepare() {
      await warehouse.reset();
      await warehouse.server.query(
        warehouse.database,
        `CREATE TABLE raw (${columns.map((name) => `"${name}" text`).join(', ')})`,
      );
    },
  };
}

/** pgloader with its own types and no index, which is less than tidemark makes. */
export async function pgloader({
  server,
  schema,
  table,
  scratch,
  warehouse,
}: Loading): Promise<Contender | string> {
  const program = await findProgram('pgloader', searchPath(process.env));
  if (program === null) return 'pgloader: not installed (Debian: apt-get install pgloader)';
  const { host, port, user, password } = server.login;
  const { server: postgres, database } = warehouse;
  const file = path.join(scratch, `pgloader-${table}.load`);
  const to = postgres
    .url(database)
    .replace('postgres://', 'postgresql://')
    .replace('@', `:${postgres.password}@`);
  await writeFile(
    file,
    `LOAD DATABASE FROM mysql://${user}:${password}@${host}:${port}/${schema} INTO ${to}
     WITH include drop, create tables, create no indexes, no foreign keys, reset no sequences
     INCLUDING ONLY TABLE NAMES MATCHING '${table}';\n`,
    { mode: 0o600 },
  );
  return {
    name: 'pgloader',
    program: { command: [program, '--quiet', file], stdout: 'discard' },
    prepare: warehouse.reset,
  };
}

async function columnNames({ server, schema, table }: Loading): Promise<readonly string[]> {
  const [rows] = await server.connection.query<RowDataPacket[]>(
    'SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION',
    [schema, table],
  );
  return rows.map((row) => String(row['name']));
}
