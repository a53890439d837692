import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { SinkSpec } from '../../src/sinks/open-sink.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const sinkKinds = ['duckdb', 'parquet'] as const;

/** A sink of either kind in a folder of its own, and a reader that shares no code with it. */
export interface TestSink extends AsyncDisposable {
  readonly spec: SinkSpec;
  /** Rows of a query in which `{orders}` stands for the table `orders` of database `business`. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
}

export async function createTestSink(kind: (typeof sinkKinds)[number]): Promise<TestSink> {
  const directory = await temporaryDirectory();
  const file = path.join(directory.path, 'sink.duckdb');
  const location = kind === 'duckdb' ? file : path.join(directory.path, 'parquet');
  const spec: SinkSpec = { kind, location };
  const place = async (table: string) =>
    spec.kind === 'duckdb'
      ? `business."${table}"`
      : parquetFiles(path.join(spec.location, 'business', table));
  return {
    spec,
    async rows(sql) {
      const tables = new Set([...sql.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!));
      let placed = sql;
      for (const table of tables) placed = placed.replaceAll(`{${table}}`, await place(table));
      const instance = await (spec.kind === 'duckdb'
        ? DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
        : DuckDBInstance.create(':memory:'));
      const connection = await instance.connect();
      try {
        return (await connection.runAndReadAll(placed)).getRowsJS();
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** The files that the manifest lists. */
async function parquetFiles(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(folder, '_manifest.json'), 'utf8')) as {
    readonly files: readonly { readonly name: string }[];
  };
  const files = manifest.files.map(({ name }) => `'${path.join(folder, name)}'`).join(', ');
  return `read_parquet([${files}], union_by_name = true)`;
}
