import type { Sink, StateReader } from '../sink.ts';

/** Which sink, and where. */
export type SinkSpec = { readonly kind: 'duckdb'; readonly path: string };

/** Opens a sink to write it. The driver is loaded here: it is heavy, and few commands need it. */
export async function openSink(spec: SinkSpec): Promise<Sink> {
  const { openDuckdbSink } = await import('./duckdb.ts');
  return openDuckdbSink(spec.path);
}

/** Opens what a sink knows of its tables, without ever making or changing it. */
export async function openStates(spec: SinkSpec): Promise<StateReader> {
  const { openDuckdbStates } = await import('./duckdb.ts');
  return openDuckdbStates(spec.path);
}
