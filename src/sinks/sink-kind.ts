import type { Sink, StateReader } from './sink.ts';

/** The environment variables that a sink may read, such as its password's. */
export type SinkEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * A kind of sink, as `--sink` knows it. What it needs to be opened, its driver, is loaded by `load` alone: drivers are
 * heavy, and most commands open no sink.
 */
export interface SinkKind {
  /** What `--sink` calls it; also the scheme of its URLs, as in `duckdb:data/orders.duckdb`. */
  readonly name: string;
  /** Further schemes of its URLs. */
  readonly schemes: readonly string[];
  /** What it fills, for the help. */
  readonly description: string;
  /** Where it is unless told otherwise, relative to the project; null where a place must be given. */
  readonly defaultPlace: string | null;
  /**
   * Where a place is that a person gave: what follows the scheme of `--sink`, or `--output`. Free of passwords, since it
   * is printed. Throws a UsageError for what cannot be a place of this kind.
   */
  readonly locate: (place: string, projectDirectory: string) => string;
  load(): Promise<SinkDriver>;
}

export interface SinkDriver {
  /** Opens a sink to write it. Throws a SinkHeldError where another process writes to it. */
  open(location: string, environment: SinkEnvironment): Promise<Sink>;
  /** Opens what a sink knows of its tables, without ever making or changing it. */
  openStates(location: string, environment: SinkEnvironment): Promise<StateReader>;
}
