import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RefusedError } from '../../errors.ts';
import type { BatchWriter, Commit, SinkTable, TableState, TargetTable, WindowComparer } from '../sink.ts';
import { newVersions, SEQUENCE, stamped } from './change-log.ts';
import type { DuckdbConnection, DuckdbFile } from './duckdb-file.ts';
import { columnDefinitions } from './duckdb-schema.ts';
import { duckdbTypeName, fitsInto } from './duckdb-types.ts';
import { AppendingWriter } from './duckdb-writer.ts';
import {
  type DataFile,
  type Manifest,
  readManifest,
  removeStrayFiles,
  settleFile,
  tableFolder,
  writeManifest,
} from './parquet-manifest.ts';

const STAGE = { catalog: 'temp', schema: 'main', table: 'tidemark_stage' } as const;
/** Versions that are added to a change log. */
const VERSIONS = 'tidemark_versions';

/**
 * One table as a folder of Parquet files. Each commit writes one file aside, syncs and renames it, and then replaces the
 * manifest. A file's name is its sequence: a commit that was cut short is written over by the next one.
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
    let files = options.goOn ? (this.#manifest?.loadingFiles ?? []) : [];
    return this.#writer(async (commit) => {
      const sequence = this.#nextSequence();
      const rows = this.#target.append
        ? stamped(`FROM ${STAGE.table}`, this.#target, sequence, commit)
        : sequenced(STAGE.table, sequence);
      files = [...files, ...(await this.#writeFile(sequence, rows))];
      return this.#save(commit, { files: this.#manifest?.files ?? [], loadingFiles: files, sequence });
    });
  }

  async publish(commit: Commit): Promise<TableState> {
    const { loadingFiles = [], sequence = 0 } = this.#manifest ?? {};
    return this.#save(commit, { files: loadingFiles, loadingFiles: [], sequence });
  }

  async merge(): Promise<BatchWriter> {
    this.#refuseMisfits();
    return this.#writer(async (commit) => {
      const sequence = this.#nextSequence();
      const files = this.#manifest?.files ?? [];
      const rows = this.#target.append
        ? stamped(await this.#stageNewVersions(files), this.#target, sequence, commit)
        : sequenced(STAGE.table, sequence);
      const written = await this.#writeFile(sequence, rows);
      return this.#save(commit, { files: [...files, ...written], loadingFiles: [], sequence });
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

  #writer(finish: (commit: Commit) => Promise<TableState>): BatchWriter {
    const definitions = columnDefinitions(this.#target);
    return new AppendingWriter(this.#connection, {
      ...STAGE,
      begin: () => this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${STAGE.table} (${definitions})`),
      finish,
    });
  }

  #nextSequence(): number {
    return (this.#manifest?.sequence ?? 0) + 1;
  }

  /** Finds the staged rows that the change log in these files does not have; returns a query of them. */
  async #stageNewVersions(files: readonly DataFile[]): Promise<string> {
    if (files.length === 0) return `FROM ${STAGE.table}`;
    const select = newVersions(STAGE.table, readParquet(this.#folder, files), this.#target);
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${VERSIONS} AS ${select}`);
    return `FROM ${VERSIONS}`;
  }

  /** Writes the rows of a query as one file; none where there are no rows. */
  async #writeFile(sequence: number, select: string): Promise<readonly DataFile[]> {
    const counted = await this.#connection.rows(`SELECT count(*) AS count FROM (${select})`);
    const rows = Number(counted[0]?.['count'] ?? 0);
    if (rows === 0) return [];
    const name = `${String(sequence).padStart(8, '0')}.parquet`;
    await writeParquet(this.#connection, select, path.join(this.#folder, name));
    return [{ name, rows, sequence }];
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

/** Runs a query into a Parquet file, which is there whole or not at all. */
export async function writeParquet(
  connection: DuckdbConnection,
  select: string,
  file: string,
): Promise<void> {
  const aside = `${file}.aside`;
  const quoted = `'${aside.replaceAll("'", "''")}'`;
  await connection.run(`COPY (${select}) TO ${quoted} (FORMAT parquet, COMPRESSION zstd)`);
  await settleFile(aside, file);
}

/** The files of a table as DuckDB reads them. */
export function readParquet(folder: string, files: readonly DataFile[]): string {
  const list = files.map(({ name }) => `'${path.join(folder, name).replaceAll("'", "''")}'`).join(', ');
  return `read_parquet([${list}], union_by_name = true)`;
}

function sequenced(table: string, sequence: number): string {
  return `SELECT *, ${sequence}::BIGINT AS ${SEQUENCE} FROM ${table}`;
}

function sameColumns(manifest: Manifest, target: TargetTable): boolean {
  const wanted = target.columns.map(({ name, type }) => `${name} ${duckdbTypeName(type)}`);
  return (
    Object.entries(manifest.columns)
      .map(([name, type]) => `${name} ${type}`)
      .join('\n') === wanted.join('\n')
  );
}
