import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Connection } from 'mysql2/promise';
import type { Database } from '../../src/databases/database.ts';
import { extractLoad } from '../../src/pipeline/run/extract-load.ts';
import type { ExtractOptions } from '../../src/pipeline/run/options.ts';
import type { ExtractEvent, ExtractReport, TableRun } from '../../src/pipeline/run/report.ts';
import { openSink, openStates, type SinkSpec } from '../../src/sinks/open-sink.ts';
import type { TableState } from '../../src/sinks/sink.ts';
import type { TableSpec } from '../../src/pipeline/source/table-spec.ts';
import { compareTables, type RowDifference } from './compare-tables.ts';
import { openTestDatabase } from './database-config.ts';
import { extracted } from './extracted.ts';
import { createSchema, type SchemaSettings, type TestServer } from './schemas.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A source schema, an open database on it, and a place for a DuckDB file. */
export interface Extraction extends AsyncDisposable {
  readonly connection: Connection;
  readonly database: Database;
  readonly duckdbFile: string;
  readonly schema: string;
  readonly settings: SchemaSettings;
  /** Runs statements one after the other as the account with every privilege. */
  sql(...statements: readonly string[]): Promise<void>;
  /** One extract-load of these tables. */
  run(
    tables: readonly TableSpec[],
    options?: Partial<ExtractOptions>,
    extras?: RunExtras,
  ): Promise<ExtractReport>;
  /** One extract-load of one table, which must go well. */
  runTable(table: TableSpec, options?: Partial<ExtractOptions>, extras?: RunExtras): Promise<TableRun>;
  compare(table: string, except?: readonly string[]): Promise<readonly RowDifference[]>;
  states(): Promise<readonly TableState[]>;
  /** Changes the sink's file, as somebody else might. */
  changeDuckdb(sql: string): Promise<void>;
  /** Rows of a query on the sink's file. */
  duckdb(sql: string): Promise<readonly (readonly unknown[])[]>;
}

export interface RunExtras {
  /** Where the rows go; the extraction's own DuckDB file by default. */
  readonly sink?: SinkSpec;
  readonly observe?: (event: ExtractEvent) => void;
  readonly signal?: AbortSignal;
}

/** Nothing writes beside the test, so the bound may follow the clock at once. */
const NO_LAG = { lagSeconds: 0 } as const;

/** The extraction logs in as the account with every privilege, or as `login` says. */
export async function createExtraction(
  server: TestServer,
  login: Partial<Pick<SchemaSettings, 'user' | 'password'>> = {},
): Promise<Extraction> {
  const directory = await temporaryDirectory();
  const schema = await createSchema(server);
  const settings = { ...schema.settings, ...login };
  const database = await openTestDatabase(settings);
  const duckdbFile = path.join(directory.path, 'sink.duckdb');
  const { connection } = schema;
  await connection.query("SET SESSION time_zone = '+00:00'");
  const run: Extraction['run'] = async (tables, options, extras = {}) => {
    const { sink: spec = { kind: 'duckdb', location: duckdbFile }, ...rest } = extras;
    await using sink = await openSink(spec);
    const databases = [{ database, tables: tables.map(extracted) }];
    return await extractLoad({ databases, sink, options: { ...NO_LAG, ...options }, ...rest });
  };
  return {
    connection,
    database,
    duckdbFile,
    schema: schema.name,
    settings,
    async sql(...statements) {
      for (const statement of statements) await connection.query(statement);
    },
    run,
    async runTable(table, options, extras) {
      const report = await run([table], options, extras);
      if (report.failures[0] !== undefined) throw report.failures[0].error;
      return report.runs[0]!;
    },
    compare: (table, except = []) =>
      compareTables({ connection, table, duckdbFile, database: database.name, except }),
    async states() {
      await using states = await openStates({ kind: 'duckdb', location: duckdbFile });
      return await states.states();
    },
    duckdb: (sql) => queryDuckdb(duckdbFile, sql, 'READ_ONLY'),
    async changeDuckdb(sql) {
      await queryDuckdb(duckdbFile, sql, 'READ_WRITE');
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await database[Symbol.asyncDispose]();
      } finally {
        await Promise.all([schema[Symbol.asyncDispose](), directory[Symbol.asyncDispose]()]);
      }
    },
  };
}

async function queryDuckdb(
  file: string,
  sql: string,
  access: 'READ_ONLY' | 'READ_WRITE',
): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(file, { access_mode: access });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** SQL for a derived table `numbers` with column `n` from 1 to 10 to the power of `digits`. */
export function numbers(digits: number): string {
  const ten = Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS d`).join(' UNION ALL ');
  const tables = Array.from({ length: digits }, (_, at) => `(${ten}) AS t${at}`);
  const sum = Array.from({ length: digits }, (_, at) => `t${at}.d * ${10 ** at}`).join(' + ');
  return `(SELECT 1 + ${sum} AS n FROM ${tables.join(', ')}) AS numbers`;
}
