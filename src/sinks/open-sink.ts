import { duckdb } from './duckdb/index.ts';
import { parquet } from './parquet/index.ts';
import { postgres } from './postgres/index.ts';
import type { SinkDriver, SinkEnvironment, SinkKind } from './sink-kind.ts';
import type { Sink, StateReader } from './sink.ts';

/** Every kind of sink there is; the first is the default. A new one is a folder and its entry here. */
export const SINK_KINDS: readonly [SinkKind, ...SinkKind[]] = [duckdb, parquet, postgres];

/** Which sink, and where. */
export interface SinkSpec {
  /** The name of a kind. */
  readonly kind: string;
  /** Where it is, as its kind's `locate` gives it. */
  readonly location: string;
  readonly environment?: SinkEnvironment;
}

/** Opens a sink to write it. */
export async function openSink(spec: SinkSpec): Promise<Sink> {
  return (await loadSink(spec)).open(spec.location, spec.environment ?? {});
}

/** Opens what a sink knows of its tables, without ever making or changing it. */
export async function openStates(spec: SinkSpec): Promise<StateReader> {
  return (await loadSink(spec)).openStates(spec.location, spec.environment ?? {});
}

/** Loads a sink's driver and opens nothing, for who has to wait for something else before it can open the sink. */
export async function loadSink({ kind }: Pick<SinkSpec, 'kind'>): Promise<SinkDriver> {
  const known = SINK_KINDS.find(({ name }) => name === kind);
  if (known === undefined) throw new Error(`there is no sink of kind "${kind}"`);
  return known.load();
}
