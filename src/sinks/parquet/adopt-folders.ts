import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { readManifest } from './parquet-manifest.ts';
import { folderName, tableFolder, tableFolders } from './table-folder.ts';

/**
 * Gives folders that an earlier tidemark named otherwise (`a*b`, `con`) the names that they have today. Only the process
 * that holds the sink may do so.
 */
export async function adoptFolders(directory: string): Promise<void> {
  for (const folder of await tableFolders(directory)) {
    if (path.relative(directory, folder).split(path.sep).every(isFolderName)) continue;
    const manifest = await readManifest(folder);
    if (manifest === null) continue;
    const wanted = tableFolder(directory, manifest.state);
    if (wanted === folder || (await stat(wanted).catch(() => null)) !== null) continue;
    await mkdir(path.dirname(wanted), { recursive: true });
    await rename(folder, wanted);
  }
}

function isFolderName(folder: string): boolean {
  try {
    return folderName(decodeURIComponent(folder)) === folder;
  } catch {
    // With a hash at its end: only today's have one.
    return true;
  }
}
