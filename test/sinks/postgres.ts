import { connectPostgres } from '../support/postgres-client.ts';
import { postgresOfFile } from '../support/postgres-of-file.ts';
import type { SinkDescription, StoredRow } from './support/sink-under-test.ts';

let databases = 0;

export const postgres: SinkDescription = {
  name: 'postgres',
  capabilities: { readersWhileWriting: true },
  async create() {
    const server = await postgresOfFile();
    const name = `warehouse_${(databases += 1)}`;
    await server.createDatabase(name);
    return {
      spec: { kind: 'postgres', location: server.url(name), environment: { PGPASSWORD: server.password } },
      async read({ database, table }) {
        const client = await connectPostgres(server, name);
        try {
          await client.query("SET TIME ZONE 'UTC'");
          const columns = await client.query<{ name: string; type: string }>(
            'SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position',
            [database, table],
          );
          if (columns.rows.length === 0) return [];
          const list = columns.rows.map(({ name: column, type }) => exact(quoted(column), type));
          const read = await client.query<StoredRow>(
            `SELECT ${list.join(', ')} FROM ${quoted(database)}.${quoted(table)}`,
          );
          return read.rows;
        } finally {
          await client.end();
        }
      },
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A column without what JavaScript would lose. */
function exact(column: string, type: string): string {
  if (type === 'date') return `to_char(${column}, 'YYYY-MM-DD') AS ${column}`;
  if (type.startsWith('timestamp')) return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US') AS ${column}`;
  return type === 'numeric' || type === 'bigint' ? `${column}::text AS ${column}` : column;
}
