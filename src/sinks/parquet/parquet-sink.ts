import { stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../errors.ts';
import { noState } from '../refused-state.ts';
import type {
  Compaction,
  RunRecord,
  Sink,
  SinkTable,
  StateReader,
  TableName,
  TableState,
  TargetTable,
} from '../sink.ts';
import { DuckdbFile } from '../duckdb/duckdb-file.ts';
import { adoptFolders } from './adopt-folders.ts';
import {
  columnsOfFiles,
  dataFileName,
  presentRows,
  readParquet,
  withAllDigits,
  writeParquet,
} from './parquet-files.ts';
import { type Manifest, readManifest, readManifests, writeManifest } from './parquet-manifest.ts';
import { ParquetTable } from './parquet-table.ts';
import { parquetPlaces, tableFolder } from './table-folder.ts';

/**
 * A DuckDB file in the directory: DuckDB writes the Parquet files. Holding it open keeps a second run out; the kernel
 * lets go of it when the process dies, however it dies.
 */
const WORK_FILE = '.tidemark-work.duckdb';
/** Each table is written on a thread of its own. */
const SETTINGS = { memory_limit: '1GB', threads: '1' } as const;

/** Opens a directory as a sink, or makes it. Throws a RefusedError where another run writes to it, and a UsageError for a file. */
export async function openParquetSink(directory: string): Promise<Sink> {
  const there = await stat(directory).catch(() => null);
  if (there !== null && !there.isDirectory()) {
    throw new UsageError(`${directory} is a file, and the Parquet sink fills a folder`, {
      hint: 'name a folder: --output data/…',
    });
  }
  const work = await DuckdbFile.open(path.join(directory, WORK_FILE), SETTINGS);
  try {
    await adoptFolders(directory);
  } catch (error) {
    await work[Symbol.asyncDispose]();
    throw error;
  }
  const states = openParquetStates(directory);
  return {
    ...states,
    async saveState(state: TableState): Promise<void> {
      const folder = tableFolder(directory, state);
      const manifest = await readManifest(folder);
      if (manifest === null || manifest.forgotten) throw noState(directory, state);
      await writeManifest(folder, { ...manifest, state });
    },
    async removeState(table: TableName): Promise<boolean> {
      const folder = tableFolder(directory, table);
      const manifest = await readManifest(folder);
      if (manifest === null || manifest.forgotten) return false;
      // Readers go by the manifest, so it stays. Without a watermark an earlier tidemark, which does not know that it is
      // forgotten, reads the table from its beginning.
      const state = { ...manifest.state, watermark: null, loading: null, memory: null };
      await writeManifest(folder, { ...manifest, state, forgotten: true, loadingFiles: [] });
      return true;
    },
    openTable: (target: TargetTable): Promise<SinkTable> => ParquetTable.open(work, directory, target),
    async compact(tables) {
      const done: Compaction[] = [];
      for (const table of tables) {
        const compacted = await compactTable(work, tableFolder(directory, table));
        if (compacted !== null) done.push(compacted);
      }
      return done;
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
}

/** Reads what the manifests say, and makes nothing. */
export function openParquetStates(directory: string): StateReader {
  return {
    location: directory,
    placesOf: parquetPlaces,
    async states() {
      const manifests = await readManifests(directory);
      return manifests.filter(({ forgotten }) => !forgotten).map(({ state }) => state);
    },
    async runs(limit) {
      const runs: RunRecord[] = (await readManifests(directory)).flatMap(
        (manifest: Manifest) => manifest.runs,
      );
      return runs.toSorted((left, right) => right.finishedAt.localeCompare(left.finishedAt)).slice(0, limit);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function compactTable(work: DuckdbFile, folder: string): Promise<Compaction | null> {
  const manifest = await readManifest(folder);
  if (manifest === null || manifest.files.length < 2) return null;
  using connection = await work.connect();
  const sequence = manifest.sequence + 1;
  const name = dataFileName(sequence);
  const { files, key, state } = manifest;
  const from = readParquet(folder, files);
  const columns = await columnsOfFiles(connection, folder, files);
  const kept = state.append ? `FROM ${from}` : presentRows(from, { key, columns });
  await writeParquet(connection, withAllDigits(kept, columns, manifest.digits), path.join(folder, name));
  const counted = await connection.rows(
    `SELECT count(*) AS count FROM ${readParquet(folder, [{ name, rows: 0, sequence }])}`,
  );
  const rowsAfter = Number(counted[0]?.['count'] ?? 0);
  // The files that this replaces stay until the next run, for readers that have the old manifest.
  await writeManifest(folder, {
    ...manifest,
    state: { ...manifest.state, rows: rowsAfter },
    files: [{ name, rows: rowsAfter, sequence }],
    sequence,
  });
  const { database, table } = manifest.state;
  return { database, table, filesBefore: manifest.files.length, rowsBefore: manifest.state.rows, rowsAfter };
}
