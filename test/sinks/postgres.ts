import { createHash } from 'node:crypto';
import { connectPostgres } from '../support/postgres-client.ts';
import { postgresOfFile } from '../support/postgres-of-file.ts';
import type { Change, SinkDescription, StoredRow } from './support/sink-under-test.ts';

let databases = 0;

export const postgres: SinkDescription = {
  name: 'postgres',
  capabilities: { readersWhileWriting: true, oneWriterOf: 'table', nulInTexts: false },
  async create() {
    const server = await postgresOfFile();
    const name = `warehouse_${(databases += 1)}`;
    const run = async (sql: string, database = name) => {
      const client = await connectPostgres(server, database);
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    };
    await run(`CREATE DATABASE ${name}`, 'postgres');
    const changed =
      (change: string, undo: string): Change =>
      async () => {
        await run(change);
        return () => run(undo);
      };
    return {
      spec: { kind: 'postgres', location: server.url(name), environment: { PGPASSWORD: server.password } },
      async read({ database, table }) {
        const client = await connectPostgres(server, name);
        try {
          await client.query("SET TIME ZONE 'UTC'");
          const columns = await client.query<{ table: string; name: string; type: string }>(
            `SELECT table_name AS table, column_name AS name, data_type AS type FROM information_schema.columns
              WHERE table_schema = $1 AND table_name LIKE $2 ORDER BY ordinal_position`,
            [database, pattern(table)],
          );
          if (columns.rows.length === 0) return [];
          const list = columns.rows.map(({ name: column, type }) => exact(quoted(column), type));
          const read = await client.query<StoredRow>(
            `SELECT ${list.join(', ')} FROM ${quoted(database)}.${quoted(columns.rows[0]!.table)}`,
          );
          return read.rows;
        } finally {
          await client.end();
        }
      },
      async leftovers() {
        const client = await connectPostgres(server, name);
        try {
          const { rows } = await client.query<{ name: string }>(
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '_tidemark' AND table_name LIKE 'loading%'",
          );
          return rows.map((row) => row.name);
        } finally {
          await client.end();
        }
      },
      damages: ({ table }) => {
        const watermarks = (set: string) =>
          `UPDATE _tidemark.watermarks SET state = ${set} WHERE table_name = '${table}'`;
        return {
          'a state that breaks off': changed(watermarks("'{' || state"), watermarks('substr(state, 2)')),
          'a state of another shape': changed(
            watermarks('regexp_replace(state, \'"watermark":\', \'"watermark":7,"was":\')'),
            watermarks('regexp_replace(state, \'"watermark":7,"was":\', \'"watermark":\')'),
          ),
          'no format': changed('DELETE FROM _tidemark.format', 'INSERT INTO _tidemark.format VALUES (1)'),
          'a table that is gone': changed(
            'ALTER TABLE _tidemark.claims RENAME TO gone',
            'ALTER TABLE _tidemark.gone RENAME TO claims',
          ),
        };
      },
      makeNewer: changed(
        'UPDATE _tidemark.format SET version = 99',
        'UPDATE _tidemark.format SET version = 1',
      ),
      cutOff: () =>
        run(
          'SELECT pg_terminate_backend(backend_pid, 10000) FROM _tidemark.claims WHERE backend_pid IS NOT NULL',
        ),
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

/** What finds a table by its name in the source: one that is too long is cut and ends with its hash. */
function pattern(table: string): string {
  return Buffer.byteLength(table) <= 63
    ? table.replaceAll(/[\\%_]/g, String.raw`\$&`)
    : `%\\_${createHash('sha256').update(table).digest('hex').slice(0, 8)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A column without what JavaScript would lose. */
function exact(column: string, type: string): string {
  if (type === 'date') return `to_char(${column}, 'YYYY-MM-DD') AS ${column}`;
  if (type.startsWith('timestamp')) return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US') AS ${column}`;
  return type === 'numeric' || type === 'bigint' ? `${column}::text AS ${column}` : column;
}
