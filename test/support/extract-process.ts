/**
 * One extract-load in a process of its own, for tests that kill it: `tsx extract-process.ts <JSON>`. With `killBefore` it
 * kills itself, as a power cut would, right before the sink runs the statement that matches.
 */
import { DuckDBConnection } from '@duckdb/node-api';
import { extractLoad } from '../../src/pipeline/run/extract-load.ts';
import type { ExtractOptions } from '../../src/pipeline/run/options.ts';
import { openSink, type SinkSpec } from '../../src/sinks/open-sink.ts';
import type { TableSpec } from '../../src/pipeline/source/table-spec.ts';
import { openTestDatabase } from './database-config.ts';
import { extracted } from './extracted.ts';
import type { SchemaSettings } from './schemas.ts';

export interface ExtractProcessRequest {
  readonly settings: SchemaSettings;
  readonly sink: SinkSpec;
  readonly tables: readonly TableSpec[];
  readonly options: Partial<ExtractOptions>;
  readonly killBefore?: {
    /** Regular expression over the sink's SQL. */
    readonly statement: string;
    /** 1 for the first statement that matches. */
    readonly occurrence: number;
  };
}

const request = JSON.parse(process.argv[2] ?? '') as ExtractProcessRequest;
if (request.killBefore !== undefined) killBefore(request.killBefore);
await using database = await openTestDatabase(request.settings);
await using sink = await openSink(request.sink);
const databases = [{ database, tables: request.tables.map(extracted) }];
const report = await extractLoad({ databases, sink, options: request.options });
for (const { error } of report.failures) console.error(error.message);
process.exitCode = report.failures[0]?.error.exitCode ?? 0;

function killBefore({ statement, occurrence }: NonNullable<ExtractProcessRequest['killBefore']>): void {
  const pattern = new RegExp(statement, 's');
  let seen = 0;
  const run: DuckDBConnection['run'] = Reflect.get(DuckDBConnection.prototype, 'run');
  DuckDBConnection.prototype.run = function (this: DuckDBConnection, ...args) {
    if (pattern.test(args[0]) && ++seen === occurrence) process.kill(process.pid, 'SIGKILL');
    return run.apply(this, args);
  };
}
