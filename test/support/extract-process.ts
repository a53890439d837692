/**
 * One extract-load in a process of its own, for tests that kill it: `tsx extract-process.ts <JSON>`. With `killBefore`
 * it kills itself, as a power cut would, right before the sink runs the statement, or renames the file, that matches.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DuckDBConnection } from '@duckdb/node-api';
import { extractLoad } from '../../src/pipeline/extract-load.ts';
import type { ExtractOptions } from '../../src/pipeline/options.ts';
import { openSink, type SinkSpec } from '../../src/pipeline/sinks/open-sink.ts';
import type { TableSpec } from '../../src/pipeline/table-spec.ts';
import { openTestDatabase } from './database-config.ts';
import { extracted } from './extracted.ts';
import type { SchemaSettings } from './schemas.ts';

export interface ExtractProcessRequest {
  readonly settings: SchemaSettings;
  readonly sink: SinkSpec;
  readonly tables: readonly TableSpec[];
  readonly options: Partial<ExtractOptions>;
  readonly killBefore?: {
    /** Regular expression over the sink's SQL, and over `rename <new name>`. */
    readonly statement: string;
    /** 1 for the first that matches. */
    readonly occurrence: number;
  };
}

const request = JSON.parse(process.argv[2] ?? '') as ExtractProcessRequest;
if (request.killBefore !== undefined) killBefore(request.killBefore);
await using database = await openTestDatabase(request.settings);
await using sink = await openSink(request.sink);
const report = await extractLoad({
  databases: [{ database, tables: request.tables.map(extracted) }],
  sink,
  options: request.options,
});
for (const { error } of report.failures) console.error(error.message);
process.exitCode = report.failures[0]?.error.exitCode ?? 0;

function killBefore({ statement, occurrence }: NonNullable<ExtractProcessRequest['killBefore']>): void {
  const pattern = new RegExp(statement, 's');
  let seen = 0;
  const pass = (step: string) => {
    if (pattern.test(step) && ++seen === occurrence) process.kill(process.pid, 'SIGKILL');
  };
  const run: DuckDBConnection['run'] = Reflect.get(DuckDBConnection.prototype, 'run');
  DuckDBConnection.prototype.run = function (this: DuckDBConnection, ...args) {
    pass(args[0]);
    return run.apply(this, args);
  };
  const { rename } = files;
  files.rename = (from, to) => {
    pass(`rename ${String(to)}`);
    return rename(from, to);
  };
  syncBuiltinESMExports();
}
