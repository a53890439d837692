import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { readWithDuckdb, withDuckdb } from './support/read-with-duckdb.ts';
import type { SinkDescription } from './support/sink-under-test.ts';

export const duckdb: SinkDescription = {
  name: 'duckdb',
  capabilities: { readersWhileWriting: false, nulInTexts: 'kept' },
  steps: new URL('duckdb-steps.ts', import.meta.url),
  async create() {
    const directory = await temporaryDirectory();
    const file = path.join(directory.path, 'sink.duckdb');
    return {
      spec: { kind: 'duckdb', location: file },
      async read({ database, table }) {
        return withDuckdb(file, async (connection) => {
          const found = await connection.runAndReadAll(
            'SELECT 1 FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2',
            [database, table],
          );
          if (found.currentRowCount === 0) return [];
          return readWithDuckdb(connection, `FROM ${quoted('sink')}.${quoted(database)}.${quoted(table)}`);
        });
      },
      traces: () => readdir(directory.path),
      async damage() {
        // The main header and both database headers, of which each has its checksum.
        const damaged = Buffer.alloc(3 * 4096, 0x41);
        const before = await replaceBytes(file, damaged);
        return async () => {
          const found = await replaceBytes(file, before);
          if (!found.equals(damaged)) throw new Error('the damaged file was written over');
        };
      },
      async makeNewer() {
        await changeDuckdb(file, 'UPDATE _tidemark.format SET version = version + 1');
        return () => changeDuckdb(file, 'UPDATE _tidemark.format SET version = version - 1');
      },
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    };
  },
};

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Overwrites the beginning of a file, and returns what was there. */
async function replaceBytes(file: string, bytes: Buffer): Promise<Buffer> {
  await using handle = await open(file, 'r+');
  const before = Buffer.alloc(bytes.length);
  await handle.read(before, 0, bytes.length, 0);
  await handle.write(bytes, 0, bytes.length, 0);
  return before;
}

async function changeDuckdb(file: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}
