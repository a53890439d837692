import type { Sink, StateReader } from './sink.ts';
import type { ParquetSink } from './parquet/parquet-sink.ts';

/** Which sink, and where. */
export type SinkSpec =
  | { readonly kind: 'duckdb'; readonly path: string }
  | { readonly kind: 'parquet'; readonly directory: string };

/** Opens a sink to write it. The driver is loaded here: it is heavy, and few commands need it. */
export async function openSink(spec: SinkSpec): Promise<Sink> {
  if (spec.kind === 'parquet') return openParquet(spec.directory);
  const { openDuckdbSink } = await import('./duckdb/duckdb-sink.ts');
  return openDuckdbSink(spec.path);
}

/** Loads a sink's driver and opens nothing, for who has to wait for something else before it can open the sink. */
export async function loadSink({ kind }: SinkSpec): Promise<void> {
  await (kind === 'parquet' ? import('./parquet/parquet-sink.ts') : import('./duckdb/duckdb-sink.ts'));
}

/** Opens a Parquet sink, which can also be compacted. */
export async function openParquet(directory: string): Promise<ParquetSink> {
  const { openParquetSink } = await import('./parquet/parquet-sink.ts');
  return openParquetSink(directory);
}

/** Opens what a sink knows of its tables, without ever making or changing it. */
export async function openStates(spec: SinkSpec): Promise<StateReader> {
  if (spec.kind === 'parquet') {
    const { openParquetStates } = await import('./parquet/parquet-sink.ts');
    return openParquetStates(spec.directory);
  }
  const { openDuckdbStates } = await import('./duckdb/duckdb-sink.ts');
  return openDuckdbStates(spec.path);
}
