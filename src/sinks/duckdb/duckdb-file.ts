import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { damagedState } from '../refused-state.ts';
import type { TargetColumn } from '../sink.ts';
import { RefusedError, SinkHeldError, TidemarkError, UsageError, WorkFailedError } from '../../errors.ts';
import { duckdbApi } from './duckdb-driver.ts';

/** An open DuckDB file. */
export class DuckdbFile implements AsyncDisposable {
  readonly path: string;
  /** What DuckDB calls the file in the names of its tables: its base name, mostly. */
  readonly catalog: string;
  readonly #instance: DuckDBInstance;

  private constructor(file: string, catalog: string, instance: DuckDBInstance) {
    this.path = file;
    this.catalog = catalog;
    this.#instance = instance;
  }

  /**
   * Opens a file, or makes it. Throws a RefusedError if another process has it open, and a UsageError if it is not a DuckDB
   * file.
   */
  static async open(file: string, options: Readonly<Record<string, string>> = {}): Promise<DuckdbFile> {
    await requireDuckdbFile(file);
    try {
      if (options['access_mode'] !== 'READ_ONLY') await mkdir(path.dirname(file), { recursive: true });
      const instance = await duckdbApi.DuckDBInstance.create(file, { ...options });
      return new DuckdbFile(file, await catalogOf(instance), instance);
    } catch (error) {
      throw explainDuckdbError(error, file);
    }
  }

  async connect(): Promise<DuckdbConnection> {
    return new DuckdbConnection(await this.#instance.connect(), this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Closing writes the last checkpoint; after it the file stands alone, without its write-ahead log.
    this.#instance.closeSync();
  }
}

/**
 * Looks at the file before DuckDB does, which opens a file of values (CSV, JSON, Parquet) as one to be read, in memory, and
 * would lose what is written. Where there is no file yet, there is nothing to look at.
 */
async function requireDuckdbFile(file: string): Promise<void> {
  const begun = await beginningOf(file);
  if (begun === null || begun.subarray(MAGIC_AT).equals(MAGIC)) return;
  throw new UsageError(`${file} is not a DuckDB file`, {
    hint: 'name another file: --output; without it the next run reloads every table',
  });
}

/** Where a DuckDB file says what it is (DuckDB documentation, "Storage Versions and Format"). */
const MAGIC = Buffer.from('DUCK');
const MAGIC_AT = 8;

/** The first bytes of a file; null where there is none. */
async function beginningOf(file: string): Promise<Buffer | null> {
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_AT + MAGIC.length), { position: 0 });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new UsageError(
      code === 'EISDIR'
        ? `${file} is a folder, and the DuckDB sink writes a file`
        : `cannot read ${file}: ${(error as Error).message}`,
      { cause: error, hint: 'name a file: --output data/….duckdb' },
    );
  }
}

async function catalogOf(instance: DuckDBInstance): Promise<string> {
  const connection = await instance.connect();
  try {
    const answer = await connection.runAndReadAll('SELECT current_database()');
    return String(answer.getRows()[0]?.[0]);
  } finally {
    connection.closeSync();
  }
}

/** A connection whose errors say what to do. */
export class DuckdbConnection implements Disposable {
  readonly raw: DuckDBConnection;
  /** Path of the file. */
  readonly file: string;

  constructor(raw: DuckDBConnection, file: string) {
    this.raw = raw;
    this.file = file;
  }

  async run(sql: string, values: readonly DuckDBValue[] = []): Promise<void> {
    try {
      await this.raw.run(sql, values.length === 0 ? undefined : [...values]);
    } catch (error) {
      throw explainDuckdbError(error, this.file);
    }
  }

  async rows(
    sql: string,
    values: readonly DuckDBValue[] = [],
  ): Promise<readonly Readonly<Record<string, DuckDBValue>>[]> {
    try {
      const reader = await this.raw.runAndReadAll(sql, values.length === 0 ? undefined : [...values]);
      return reader.getRowObjects();
    } catch (error) {
      throw explainDuckdbError(error, this.file);
    }
  }

  /** The types of a query's columns. */
  async columnTypes(sql: string): Promise<readonly DuckDBType[]> {
    try {
      return (await this.raw.run(sql)).columnTypes();
    } catch (error) {
      throw explainDuckdbError(error, this.file);
    }
  }

  /** Runs calls of the driver that do not wait. */
  attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw explainDuckdbError(error, this.file);
    }
  }

  /** Runs in a transaction; an error rolls it back and is thrown. */
  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /** Rolls back if a transaction is open: a failed COMMIT has already ended it. */
  async rollback(): Promise<void> {
    await this.raw.run('ROLLBACK').catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.raw.closeSync();
  }
}

/** Turns what DuckDB threw into an error that says what to do. */
export function explainDuckdbError(error: unknown, file: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const holder = /Conflicting lock is held in (.*?\(PID \d+\))/.exec(message)?.[1];
  if (holder !== undefined) {
    return new SinkHeldError(`another process has ${file} open: ${holder}`, {
      cause: error,
      holder,
      hint: 'wait until it has ended (extract-load --wait SECONDS does); one process at a time can write a sink',
    });
  }
  if (
    /not a valid DuckDB database file|Serialization|corrupt|checksum|Could not read enough bytes/i.test(
      message,
    )
  ) {
    return damagedState(file, message, error);
  }
  if (/newer version|storage version/i.test(message)) {
    return new RefusedError(`${file} was written by a newer DuckDB: ${message}`, {
      cause: error,
      hint: 'use the tidemark that wrote it, or a newer one',
    });
  }
  if (/No space left|ENOSPC|disk full|max_temp_directory_size/i.test(message)) {
    return new WorkFailedError(`no space left to write ${file}`, {
      cause: error,
      hint: 'make room and run again: what was committed is safe, and the run goes on from there',
    });
  }
  return new WorkFailedError(`cannot write ${file}: ${message}`, {
    cause: error,
    hint: 'fix the cause and run again: what was committed is safe, and the run goes on from there',
  });
}

/** Quotes an identifier for DuckDB. */
export function duckdbIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names of columns, quoted, as a list. */
export function columnList(columns: readonly Pick<TargetColumn, 'name'>[]): string {
  return columns.map(({ name }) => duckdbIdentifier(name)).join(', ');
}
