import { DuckDBConnection } from '@duckdb/node-api';
import { watchFiles } from './support/watch-files.ts';

/** Statements of DuckDB and changes of files: the steps of both sinks that write through DuckDB. */
export function watchSteps(reach: (step: string) => void): void {
  const run: DuckDBConnection['run'] = Reflect.get(DuckDBConnection.prototype, 'run');
  DuckDBConnection.prototype.run = function (this: DuckDBConnection, ...args) {
    reach(args[0]);
    return run.apply(this, args);
  };
  watchFiles(reach);
}
