import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type BatchWriter,
  type Commit,
  type ComparisonRequest,
  MERGE_ALL,
  type MergeOptions,
  type MergeWriter,
  type SinkTable,
  type TableState,
  type TargetTable,
  type WindowComparer,
} from '../sink.ts';
import { newVersions, SEQUENCE, stamped } from '../duckdb/change-log.ts';
import { DuckdbComparer } from '../duckdb/duckdb-comparer.ts';
import { columnList, type DuckdbConnection, type DuckdbFile } from '../duckdb/duckdb-file.ts';
import { columnDefinitions } from '../duckdb/duckdb-schema.ts';
import { InsertingWriter } from '../duckdb/duckdb-writer.ts';
import { keepLatestVersions } from '../duckdb/latest-staged.ts';
import { columnsOfLoad, columnsWithAdded, refuseMisfits, sameColumns } from './parquet-columns.ts';
import { columnsOfFiles, dataFileName, liveRows, readParquet, writeParquet } from './parquet-files.ts';
import {
  type DataFile,
  type Manifest,
  readManifest,
  removeStrayFiles,
  writeManifest,
} from './parquet-manifest.ts';
import { ParquetRows } from './parquet-rows.ts';
import { type AddedFiles, ParquetWriter } from './parquet-writer.ts';
import { tableFolder } from './table-folder.ts';

/** Rows of a change log before they are one. */
const STAGE = 'tidemark_stage';
/** Versions that are added to a change log. */
const VERSIONS = 'tidemark_versions';

type SaveFiles = (commit: Commit, added: AddedFiles) => Promise<TableState>;

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
    const present = await readManifest(folder);
    const found =
      present === null || present.forgotten ? ((await carryOn(directory, target)) ?? present) : present;
    const manifest = found === null ? null : await underName(folder, found, target);
    await mkdir(folder, { recursive: true });
    await removeStrayFiles(folder, manifest);
    return new ParquetTable(await work.connect(), target, folder, manifest);
  }

  get state(): TableState | null {
    return this.#manifest === null || this.#manifest.forgotten ? null : this.#manifest.state;
  }

  get columns(): readonly string[] {
    return Object.keys(this.#manifest?.columns ?? {});
  }

  async load(options: { readonly goOn: boolean }): Promise<BatchWriter> {
    let loaded = options.goOn ? (this.#manifest?.loadingFiles ?? []) : [];
    const save: SaveFiles = (commit, { files, sequence }) => {
      loaded = [...loaded, ...files];
      const { files: published = [] } = this.#manifest ?? {};
      return this.#save(commit, {
        ...columnsOfLoad(this.#target),
        // Those of the files that readers have.
        digits: this.#manifest?.digits ?? {},
        files: published,
        loadingFiles: loaded,
        sequence,
      });
    };
    return this.#target.append ? this.#logWriter(async () => `FROM ${STAGE}`, save) : this.#writer(save);
  }

  async publish(commit: Commit): Promise<TableState> {
    const { loadingFiles = [], sequence = 0 } = this.#manifest ?? {};
    return this.#save(commit, {
      ...columnsOfLoad(this.#target),
      files: loadingFiles,
      loadingFiles: [],
      sequence,
    });
  }

  async merge({ skipUnchanged }: MergeOptions = MERGE_ALL): Promise<MergeWriter> {
    refuseMisfits(this.#target, this.#manifest ?? undefined);
    const save: SaveFiles = (commit, { files, sequence }) => {
      const all = [...(this.#manifest?.files ?? []), ...files];
      return this.#save(commit, {
        ...columnsWithAdded(this.#target, this.#manifest ?? undefined),
        files: all,
        loadingFiles: [],
        sequence,
      });
    };
    if (this.#target.append) return this.#logWriter(() => this.#stageNewVersions(), save, { skipUnchanged });
    const latest = async (sequence: number) => {
      await keepLatestVersions(this.#connection, STAGE, this.#target.key);
      if (skipUnchanged) return this.#stageChangedRows(sequence);
      return `SELECT *, ${sequence}::BIGINT AS ${SEQUENCE} FROM ${STAGE}`;
    };
    return this.#stagedWriter(latest, save, { skipUnchanged });
  }

  async compare(request: ComparisonRequest): Promise<WindowComparer> {
    refuseMisfits(this.#target, this.#manifest ?? undefined);
    const rows = await ParquetRows.open({
      connection: this.#connection,
      folder: this.#folder,
      target: this.#target,
      files: this.#manifest?.files ?? [],
      sequence: this.#nextSequence(),
      add: (file) => this.#add(file),
    });
    return DuckdbComparer.open(this.#connection, this.#target, request, rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection[Symbol.dispose]();
  }

  #writer(save: SaveFiles): Promise<BatchWriter> {
    return ParquetWriter.open(this.#connection, {
      columns: this.#target.columns,
      folder: this.#folder,
      lastSequence: () => this.#manifest?.sequence ?? 0,
      save,
    });
  }

  /** A writer of a change log: its rows are staged, and those that `select` finds to be new become one file. */
  #logWriter(
    select: () => Promise<string>,
    save: SaveFiles,
    options: MergeOptions = MERGE_ALL,
  ): Promise<MergeWriter> {
    const versions = async (sequence: number, commit: Commit) =>
      stamped(await select(), this.#target, sequence, commit);
    return this.#stagedWriter(versions, save, options);
  }

  /** A writer whose rows are staged; those that `select` finds of them become one file. */
  #stagedWriter(
    select: (sequence: number, commit: Commit) => Promise<string>,
    save: SaveFiles,
    { skipUnchanged }: MergeOptions,
  ): Promise<MergeWriter> {
    let unchanged = 0;
    const connection = this.#connection;
    const { columns } = this.#target;
    return InsertingWriter.open(connection, {
      table: STAGE,
      columns,
      begin: () =>
        connection.run(`CREATE OR REPLACE TEMP TABLE ${STAGE} (${columnDefinitions({ columns })})`),
      finish: async (commit) => {
        const sequence = this.#nextSequence();
        const files = await this.#writeFile(sequence, await select(sequence, commit));
        if (skipUnchanged) {
          unchanged +=
            (await this.#countRows(`FROM ${STAGE}`)) - files.reduce((sum, { rows }) => sum + rows, 0);
        }
        return save(commit, { files, sequence });
      },
      unchanged: () => unchanged,
    });
  }

  #nextSequence(): number {
    return (this.#manifest?.sequence ?? 0) + 1;
  }

  /** Finds the staged rows that the change log does not have; returns a query of them. */
  async #stageNewVersions(): Promise<string> {
    const { files = [] } = this.#manifest ?? {};
    if (files.length === 0) return `FROM ${STAGE}`;
    const select = newVersions(STAGE, readParquet(this.#folder, files), this.#target);
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${VERSIONS} AS ${select}`);
    return `FROM ${VERSIONS}`;
  }

  /** Finds the staged rows that the table does not have as they are; returns a query of them. */
  async #stageChangedRows(sequence: number): Promise<string> {
    const connection = this.#connection;
    const target = this.#target;
    const files = this.#manifest?.files ?? [];
    const known =
      files.length === 0 ? new Map<string, string>() : await columnsOfFiles(connection, this.#folder, files);
    const key = columnList(target.key.map((name) => ({ name })));
    const present = liveRows(
      { folder: this.#folder, files, target },
      known,
      `(${key}) IN (SELECT (${key}) FROM ${STAGE})`,
    );
    const columns = columnList(target.columns);
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${VERSIONS} AS SELECT ${columns} FROM ${STAGE} EXCEPT ALL SELECT ${columns} FROM (${present})`,
    );
    return `SELECT *, ${sequence}::BIGINT AS ${SEQUENCE} FROM ${VERSIONS}`;
  }

  async #countRows(from: string): Promise<number> {
    const counted = await this.#connection.rows(`SELECT count(*) AS count ${from}`);
    return Number(counted[0]?.['count'] ?? 0);
  }

  /** Writes the rows of a query as one file; none where there are no rows. */
  async #writeFile(sequence: number, select: string): Promise<readonly DataFile[]> {
    const rows = await this.#countRows(`FROM (${select})`);
    if (rows === 0) return [];
    const name = dataFileName(sequence);
    await writeParquet(this.#connection, select, path.join(this.#folder, name));
    return [{ name, rows, sequence }];
  }

  async #save(
    { state, run }: Commit,
    changed: Pick<Manifest, 'columns' | 'digits' | 'files' | 'loadingFiles' | 'sequence'>,
  ): Promise<TableState> {
    const rows = changed.files.reduce((sum, file) => sum + file.rows, 0);
    const earlier = (this.#manifest?.runs ?? []).filter((known) => known.runId !== run.runId);
    const saved = {
      state: { ...state, rows },
      forgotten: false,
      key: this.#target.key,
      ...changed,
      runs: [...earlier, run],
    };
    await writeManifest(this.#folder, saved);
    this.#manifest = await readManifest(this.#folder);
    return saved.state;
  }

  /** Commits a file of later versions, outside of any run. */
  async #add(file: DataFile): Promise<void> {
    const manifest = this.#manifest;
    if (manifest === null) throw new Error('a table without a manifest has nothing to be mended');
    const { state, files } = manifest;
    await writeManifest(this.#folder, {
      ...manifest,
      ...columnsWithAdded(this.#target, manifest),
      state: { ...state, rows: state.rows + file.rows },
      files: [...files, file],
      sequence: file.sequence,
    });
    this.#manifest = await readManifest(this.#folder);
  }
}

/** Carries the folder of a renamed table on under its new name; null where there is none. */
async function carryOn(directory: string, target: TargetTable): Promise<Manifest | null> {
  if (target.formerName === null) return null;
  const former = tableFolder(directory, { database: target.database, table: target.formerName });
  const manifest = await readManifest(former);
  if (manifest === null || manifest.forgotten) return null;
  const folder = tableFolder(directory, target);
  // What is there is no table, or one that is forgotten.
  await rm(folder, { recursive: true, force: true });
  await rename(former, folder);
  return manifest;
}

/** Gives a manifest the name of the table whose folder it is in: a kill may have come after the folder was renamed. */
async function underName(folder: string, manifest: Manifest, { table }: TargetTable): Promise<Manifest> {
  if (manifest.state.table === table) return manifest;
  const renamed = { ...manifest, state: { ...manifest.state, table, loading: null }, loadingFiles: [] };
  await writeManifest(folder, renamed);
  return renamed;
}
