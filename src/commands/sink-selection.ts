import path from 'node:path';
import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import type { SinkSpec } from '../pipeline/sinks/open-sink.ts';

export interface SinkSelection {
  readonly output: string;
}

/** Adds `--output`: where the rows are. */
export function sinkOption<Options>(parser: Argv<Options>): Argv<Options & SinkSelection> {
  return parser.option('output', {
    type: 'string',
    requiresArg: true,
    default: path.join('data', 'tidemark.duckdb'),
    describe: 'DuckDB file that the extract-load fills',
  });
}

/** The sink that was asked for; a relative path is relative to the project. */
export function selectedSink({ project }: Pick<Context, 'project'>, { output }: SinkSelection): SinkSpec {
  return { kind: 'duckdb', path: path.resolve(project.directory, output) };
}
