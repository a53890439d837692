import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RefusedError } from '../../errors.ts';
import type { BatchWriter, Commit, SinkTable, TableState, TargetTable, WindowComparer } from '../sink.ts';
import { type DuckdbConnection, type DuckdbFile, duckdbIdentifier } from './duckdb-file.ts';
import { duckdbTypeName, fitsInto } from './duckdb-types.ts';
import {
  type DataFile,
  type Manifest,
  readManifest,
  removeStrayFiles,
  tableFolder,
  writeManifest,
} from './parquet-manifest.ts';
import { type AddedFiles, ParquetWriter, SEQUENCE } from './parquet-writer.ts';

/**
 * One table as a folder of Parquet files. A file is written aside, synced and renamed; a commit replaces the manifest. A
 * file's name is its sequence: those of a commit that was cut short are written over by the next one.
 */
export class ParquetTable implements SinkTable {
  readonly output: string;
  readonly loadCanGoOn: boolean;
  readonly #connection: DuckdbConnection;
  readonly #target: TargetTable;
  readonly #folder: string;
  #manifest: Manifest | null;

  private constructor(
    connection: DuckdbConnection,
    target: TargetTable,
    folder: string,
    manifest: Manifest | null,
  ) {
    this.#connection = connection;
    this.#target = target;
    this.#folder = folder;
    this.#manifest = manifest;
    this.output = folder;
    this.loadCanGoOn = manifest !== null && manifest.state.loading !== null && sameColumns(manifest, target);
  }

  static async open(work: DuckdbFile, directory: string, target: TargetTable): Promise<ParquetTable> {
    const folder = tableFolder(directory, target);
    await mkdir(folder, { recursive: true });
    const manifest = await readManifest(folder);
    await removeStrayFiles(folder, manifest);
    return new ParquetTable(await work.connect(), target, folder, manifest);
  }

  get state(): TableState | null {
    return this.#manifest?.state ?? null;
  }

  async load(options: { readonly goOn: boolean }): Promise<BatchWriter> {
    let loaded = options.goOn ? (this.#manifest?.loadingFiles ?? []) : [];
    return this.#writer((commit, { files, sequence }) => {
      loaded = [...loaded, ...files];
      return this.#save(commit, { files: this.#manifest?.files ?? [], loadingFiles: loaded, sequence });
    });
  }

  async publish(commit: Commit): Promise<TableState> {
    const { loadingFiles = [], sequence = 0 } = this.#manifest ?? {};
    return this.#save(commit, { files: loadingFiles, loadingFiles: [], sequence });
  }

  async merge(): Promise<BatchWriter> {
    this.#refuseMisfits();
    return this.#writer((commit, { files, sequence }) => {
      const all = [...(this.#manifest?.files ?? []), ...files];
      return this.#save(commit, { files: all, loadingFiles: [], sequence });
    });
  }

  async compare(): Promise<WindowComparer> {
    throw new RefusedError(
      `${this.#target.database}.${this.#target.table}: Parquet files cannot be reconciled in place`,
      {
        hint: 'reconcile a DuckDB sink, or load the table anew: --full-refresh',
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
  }

  #writer(save: (commit: Commit, added: AddedFiles) => Promise<TableState>): Promise<BatchWriter> {
    return ParquetWriter.open(this.#connection, {
      columns: this.#target.columns,
      folder: this.#folder,
      lastSequence: () => this.#manifest?.sequence ?? 0,
      save,
    });
  }

  async #save(
    { state, run }: Commit,
    changed: Pick<Manifest, 'files' | 'loadingFiles' | 'sequence'>,
  ): Promise<TableState> {
    const rows = changed.files.reduce((sum, file) => sum + file.rows, 0);
    const earlier = (this.#manifest?.runs ?? []).filter((known) => known.runId !== run.runId);
    const saved = {
      state: { ...state, rows },
      columns: Object.fromEntries(this.#target.columns.map(({ name, type }) => [name, duckdbTypeName(type)])),
      key: this.#target.key,
      ...changed,
      runs: [...earlier, run],
    };
    await writeManifest(this.#folder, saved);
    this.#manifest = await readManifest(this.#folder);
    return saved.state;
  }

  /** Readers unite the files by name, and widen types that fit into each other; no others. */
  #refuseMisfits(): void {
    const misfits = this.#target.columns.flatMap(({ name, type }) => {
      const now = duckdbTypeName(type);
      const before = this.#manifest?.columns[name] ?? now;
      return fitsInto(now, before) || fitsInto(before, now)
        ? []
        : [`column "${name}" was ${before} and is now ${now}`];
    });
    if (misfits.length === 0) return;
    const { database, table } = this.#target;
    throw new RefusedError(`${database}.${table}: ${misfits.join('; ')}`, {
      hint: `load the table anew: tidemark extract-load --db=${database} --table=${table} --full-refresh`,
    });
  }
}

/** The files of a table as DuckDB reads them. */
export function readParquet(folder: string, files: readonly DataFile[]): string {
  const list = files.map(({ name }) => `'${path.join(folder, name).replaceAll("'", "''")}'`).join(', ');
  return `read_parquet([${list}], union_by_name = true)`;
}

/** The latest version of each row. */
export function currentRows(from: string, key: readonly string[]): string {
  const columns = key.map(duckdbIdentifier).join(', ');
  return `SELECT * FROM ${from} QUALIFY row_number() OVER (PARTITION BY ${columns} ORDER BY ${SEQUENCE} DESC) = 1`;
}

function sameColumns(manifest: Manifest, target: TargetTable): boolean {
  const wanted = target.columns.map(({ name, type }) => `${name} ${duckdbTypeName(type)}`);
  return (
    Object.entries(manifest.columns)
      .map(([name, type]) => `${name} ${type}`)
      .join('\n') === wanted.join('\n')
  );
}
