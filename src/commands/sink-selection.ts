import path from 'node:path';
import type { Argv } from 'yargs';
import type { Context } from '../context.ts';
import type { SinkSpec } from '../sinks/open-sink.ts';

export interface SinkSelection {
  readonly sink: 'duckdb' | 'parquet';
  readonly output: string | undefined;
}

const DEFAULT_OUTPUT = {
  duckdb: path.join('data', 'tidemark.duckdb'),
  parquet: path.join('data', 'parquet'),
};

/** Adds `--sink` and `--output`: where the rows are. */
export function sinkOption<Options>(parser: Argv<Options>): Argv<Options & SinkSelection> {
  return parser
    .option('sink', {
      choices: ['duckdb', 'parquet'] as const,
      default: 'duckdb' as const,
      describe: 'What the extract-load fills: a DuckDB file, or a folder of Parquet files for each table',
    })
    .option('output', {
      type: 'string',
      requiresArg: true,
      describe: `The file or folder (default: ${DEFAULT_OUTPUT.duckdb} or ${DEFAULT_OUTPUT.parquet})`,
    });
}

/** The sink that was asked for; a relative path is relative to the project. */
export function selectedSink(
  { project }: Pick<Context, 'project'>,
  { sink, output }: SinkSelection,
): SinkSpec {
  const place = path.resolve(project.directory, output ?? DEFAULT_OUTPUT[sink]);
  return sink === 'duckdb' ? { kind: 'duckdb', path: place } : { kind: 'parquet', directory: place };
}

/** Where a sink is, as a person would name it. */
export function sinkPlace(spec: SinkSpec): string {
  return spec.kind === 'duckdb' ? spec.path : spec.directory;
}
