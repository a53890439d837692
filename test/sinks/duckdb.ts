import { stat } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { quoted, readWithDuckdb, withDuckdb } from './support/read-with-duckdb.ts';
import type { SinkDescription } from './support/sink-under-test.ts';

export const duckdb: SinkDescription = {
  name: 'duckdb',
  capabilities: { readersWhileWriting: false },
  async create() {
    const directory = await temporaryDirectory();
    const file = path.join(directory.path, 'sink.duckdb');
    return {
      spec: { kind: 'duckdb', location: file },
      async read({ database, table }) {
        if ((await stat(file).catch(() => null)) === null) return [];
        return withDuckdb(file, async (connection) => {
          const found = await connection.runAndReadAll(
            'SELECT 1 FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2',
            [database, table],
          );
          if (found.currentRowCount === 0) return [];
          return readWithDuckdb(connection, `FROM ${quoted('sink')}.${quoted(database)}.${quoted(table)}`);
        });
      },
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    };
  },
};
