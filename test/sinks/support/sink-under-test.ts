import type { SinkSpec } from '../../../src/sinks/open-sink.ts';
import type { TableName } from '../../../src/sinks/sink.ts';

/** A kind of sink, as the suite knows it. */
export interface SinkDescription {
  /** What `--sink` calls it. */
  readonly name: string;
  readonly capabilities: SinkCapabilities;
  /** A place of its own for a sink, in which there is nothing yet. */
  create(): Promise<SinkUnderTest>;
}

/** Where the contract leaves a sink a choice. Nothing here excuses a sink from a promise. */
export interface SinkCapabilities {
  /** Whether others can read tables and states while a process has the sink open to write it. */
  readonly readersWhileWriting: boolean;
  /** Of what there is one writer at a time: a second process may then not open the sink, or not that table of it. */
  readonly oneWriterOf: 'sink' | 'table';
  /** Whether a text may have a NUL byte; where not, it is refused. */
  readonly nulInTexts: boolean;
}

/** One sink, in a place of its own. */
export interface SinkUnderTest extends AsyncDisposable {
  readonly spec: SinkSpec;
  /**
   * The rows of a table that a reader finds who goes by the sink's documentation: current rows by their latest version,
   * none that was removed; of a change log every version. Empty where a reader finds no such table. Shares no code with
   * the sink. The sink is closed, unless it has readers while it writes.
   */
  read(table: TableName): Promise<readonly StoredRow[]>;
  /** What is in the place and is part of no table: what a load or a kill left there. The sink is closed. */
  leftovers(): Promise<readonly string[]>;
  /** How the state of a table, or of the sink, may come to be unreadable: by a disk, or a hand. The sink is closed. */
  damages(table: TableName): Readonly<Record<string, Change>>;
  /** Makes the state of a table, or of the sink, one of format 99. The sink is closed. */
  makeNewer(table: TableName): ReturnType<Change>;
  /**
   * Breaks whatever others know a writer's life by, while the process lives on, as a network may: another process can
   * write its tables from then on. Null where only the process's end lets go of the sink.
   */
  readonly cutOff: (() => Promise<void>) | null;
}

/** Changes something behind the sink's back; what it resolves to undoes that, and nothing else. */
export type Change = () => Promise<() => Promise<void>>;

/**
 * A row by column, with the sink's own columns (`_tidemark_…`) where the table has them. An integer may be a number, a
 * bigint or digits; a decimal is digits; a FLOAT or DOUBLE a number; a date `2024-01-31`, a time
 * `2024-01-31 12:00:00.123456`, an instant in UTC; bytes are a Uint8Array.
 */
export type StoredRow = Readonly<Record<string, StoredValue>>;
export type StoredValue = string | number | bigint | boolean | Uint8Array | null;
