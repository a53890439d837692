import { duckdb } from './duckdb.ts';
import { parquet } from './parquet.ts';
import { postgres } from './postgres.ts';
import type { SinkDescription } from './support/sink-under-test.ts';

/** The sinks that the suite tests: a sink joins with its line here (README.md). */
export const SINKS: readonly SinkDescription[] = [duckdb, parquet, postgres];
