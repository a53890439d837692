import { stat } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { changedFile } from './support/change-file.ts';
import { quoted, readWithDuckdb, withDuckdb } from './support/read-with-duckdb.ts';
import type { Change, SinkDescription } from './support/sink-under-test.ts';

/** Where the two headers are of which one says where a file's blocks begin ("Storage Versions and Format"). */
const HEADERS = { start: 4096, end: 3 * 4096 };

export const duckdb: SinkDescription = {
  name: 'duckdb',
  capabilities: { readersWhileWriting: false, oneWriterOf: 'sink', nulInTexts: true },
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
      leftovers: () =>
        withDuckdb(file, async (connection) => {
          const aside = await connection.runAndReadAll(
            "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%$loading'",
          );
          return aside.getRows().map(([name]) => String(name));
        }),
      damages: ({ table }) => ({
        'a watermark that breaks off': changedValue(file, table, 'watermark', '["2024-01-01 00:0'),
        'a load of another shape': changedValue(file, table, 'loading', '{ "position": 7 }'),
        'no format': changed(
          file,
          'UPDATE _tidemark.format SET version = -1',
          'UPDATE _tidemark.format SET version = 3',
        ),
        'a table that is gone': changed(
          file,
          'ALTER TABLE _tidemark.watermarks RENAME TO gone',
          'ALTER TABLE _tidemark.gone RENAME TO watermarks',
        ),
        'headers that are overwritten': changedFile(file, (bytes) =>
          bytes.fill(7, HEADERS.start, HEADERS.end),
        ),
        'a file that breaks off': changedFile(file, (bytes) => bytes.subarray(0, HEADERS.end)),
      }),
      makeNewer: changed(
        file,
        'UPDATE _tidemark.format SET version = 99',
        'UPDATE _tidemark.format SET version = 3',
      ),
      cutOff: null,
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    };
  },
};

function changedValue(file: string, table: string, column: string, value: string): Change {
  return async () => {
    const where = `WHERE table_name = '${table}'`;
    const read = await withDuckdb(file, (connection) =>
      connection.runAndReadAll(`SELECT ${column} FROM _tidemark.watermarks ${where}`),
    );
    const before = read.getRows()[0]?.[0] ?? null;
    const update = `UPDATE _tidemark.watermarks SET ${column} = $1 ${where}`;
    const set = (to: string | null) =>
      withDuckdb(file, (connection) => connection.run(update, [to]), 'READ_WRITE');
    await set(value);
    return async () => {
      await set(before === null ? null : String(before));
    };
  };
}

function changed(file: string, change: string, undo: string): Change {
  const run = (sql: string) => withDuckdb(file, (connection) => connection.run(sql), 'READ_WRITE');
  return async () => {
    await run(change);
    return async () => {
      await run(undo);
    };
  };
}
