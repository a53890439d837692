import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../atomic-file.ts';
import { KEPT_RUN, KEPT_STATE } from '../kept-state.ts';
import { checkedFormat, damagedState } from '../refused-state.ts';
import type { RunRecord, TableState } from '../sink.ts';
import { tableFolders } from './table-folder.ts';

/**
 * Format of the manifest. A later one was written by a tidemark that knows more; format 1 has no removed rows and no
 * change logs, format 2 remembers nothing of the source and matches rows by the columns of its key alone.
 */
const FORMAT = 3;
const MANIFEST = '_manifest.json';
/** Records of runs that a manifest keeps. */
const RUNS_KEPT = 50;

/** One data file of a table, below the table's folder. */
export interface DataFile {
  readonly name: string;
  readonly rows: number;
  /** Of two rows with the same key, the one of the file with the larger sequence is current. */
  readonly sequence: number;
}

/** What a table's folder holds. Readers go by it: a file that is not listed is not part of the table. */
export interface Manifest {
  readonly format: number;
  readonly state: TableState;
  /** The state is forgotten; the table is what it was to readers until it has been reloaded. */
  readonly forgotten: boolean;
  /** DuckDB type names by column. */
  readonly columns: Readonly<Record<string, string>>;
  /** Digits after the point, by column, of texts that are those of decimals. */
  readonly digits: Readonly<Record<string, number>>;
  readonly key: readonly string[];
  readonly files: readonly DataFile[];
  /** Files of a load that is not complete. */
  readonly loadingFiles: readonly DataFile[];
  /** The largest sequence that was ever given to a file. */
  readonly sequence: number;
  /** The last runs, oldest first. */
  readonly runs: readonly RunRecord[];
}

const dataFile = z.object({ name: z.string(), rows: z.number(), sequence: z.number() }).readonly();
const schema = z
  .object({
    format: z.number(),
    state: KEPT_STATE,
    forgotten: z.boolean().default(false),
    columns: z.record(z.string(), z.string()),
    digits: z.record(z.string(), z.number()).default({}),
    key: z.array(z.string()).readonly(),
    files: z.array(dataFile).readonly(),
    loadingFiles: z.array(dataFile).readonly(),
    sequence: z.number(),
    runs: z.array(KEPT_RUN),
  })
  .readonly();

/** Reads a table's manifest; null where there is none. Throws a RefusedError for one that is damaged or newer. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const file = path.join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const written = parseJson(file, text);
  checkedFormat(file, z.object({ format: z.unknown() }).safeParse(written).data?.format, FORMAT);
  const parsed = schema.safeParse(written);
  if (parsed.success) return parsed.data;
  throw damagedState(file, z.prettifyError(parsed.error), parsed.error);
}

/** The manifests of all tables below a directory, in the order of the tables' names. */
export async function readManifests(directory: string): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const folder of await tableFolders(directory)) {
    const manifest = await readManifest(folder);
    if (manifest !== null) manifests.push(manifest);
  }
  return manifests.sort(
    ({ state: left }, { state: right }) =>
      compareNames(left.database, right.database) || compareNames(left.table, right.table),
  );
}

/** As the bytes of UTF-8 sort: JavaScript's own order is another one beyond U+FFFF. */
function compareNames(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** Replaces a table's manifest, atomically: this is the commit. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const written = { ...manifest, format: FORMAT, runs: manifest.runs.slice(-RUNS_KEPT) };
  await writeFileAtomically(path.join(folder, MANIFEST), `${JSON.stringify(written, null, 2)}\n`);
  await syncFolder(folder);
}

/** Makes a file that was written aside part of the folder, safe from a power cut. */
export async function settleFile(aside: string, file: string): Promise<void> {
  {
    await using handle = await open(aside, 'r+');
    await handle.sync();
  }
  await rename(aside, file);
  await syncFolder(path.dirname(file));
}

/** Removes files that are not part of the table: left by a kill, or replaced before the last run. */
export async function removeStrayFiles(folder: string, manifest: Manifest | null): Promise<void> {
  const listed = new Set(
    [...(manifest?.files ?? []), ...(manifest?.loadingFiles ?? [])].map((file) => file.name),
  );
  const present = await readdir(folder).catch(() => []);
  const ours = /\.parquet(\.aside)?$|^_manifest\.json\..*\.tmp$/;
  const stray = present.filter((name) => ours.test(name) && !listed.has(name));
  await Promise.all(stray.map((name) => rm(path.join(folder, name), { force: true })));
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damagedState(file, (error as Error).message, error);
  }
}
