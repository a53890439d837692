import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TableName } from '../sink.ts';

/** Bytes that a name may have on every file system in use (NAME_MAX). */
const LONGEST = 255;
/** What is left of a longer name, for people to read; its hash tells it from others. */
const KEPT_OF_LONG = 200;
/** Names that Windows keeps for devices, with any extension ("Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/** The folder of a table's files. */
export function tableFolder(directory: string, { database, table }: TableName): string {
  return path.join(directory, folderName(database), folderName(table));
}

/** The folders, two below a directory, that may be those of tables. */
export async function tableFolders(directory: string): Promise<readonly string[]> {
  const tables: string[] = [];
  for (const database of await folders(directory)) tables.push(...(await folders(database)));
  return tables;
}

/**
 * A name as a folder, which no name of a source can lead elsewhere, that is one on every system, and that no reader takes
 * for a pattern: only letters, digits and `-_.!~'()%`, no dot at its end, no device of Windows, and not too long. The escapes are
 * those of URLs; a name that is too long ends with its hash, after a `%` that is no escape.
 */
export function folderName(name: string): string {
  const escaped = encodeURIComponent(name)
    .replaceAll('*', '%2A')
    .replace(/\.+$/, (dots) => '%2E'.repeat(dots.length))
    .replace(DEVICE, (device) => `%${device.charCodeAt(0).toString(16).toUpperCase()}${device.slice(1)}`);
  if (escaped.length <= LONGEST) return escaped;
  const kept = escaped.slice(0, KEPT_OF_LONG).replace(/%.?$/, '');
  return `${kept}%~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** The places of a table: some file systems do not tell names apart by the case of their letters, which are all ASCII here. */
export function parquetPlaces(table: string): readonly string[] {
  return [folderName(table).toLowerCase()];
}

async function folders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(directory, entry.name));
}
