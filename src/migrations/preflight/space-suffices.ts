import { stat, statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import type { Database } from '../../databases/database.ts';
import { groupBy } from '../../schema/group-by.ts';
import { estimateIndexBytes } from '../../schema/estimate-index.ts';
import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** Below this, the size of an index is nobody's concern. */
const WORTH_TELLING_BYTES = 1024 ** 3;

/** Estimates what the builds take on the server's disk and, where its free space can be known, whether it is there. */
export async function spaceSuffices({
  candidates,
  inspection,
  session,
  database,
}: PreflightSubject): Promise<readonly Finding[]> {
  const byTable = groupBy(candidates, ({ definition }) => definition.table);
  const estimates = [...byTable].flatMap(([name, builds]) => {
    const table = inspection.tables.get(name);
    if (table === undefined) return [];
    return [
      { name, bytes: builds.reduce((sum, { definition }) => sum + estimateIndexBytes(definition, table), 0) },
    ];
  });
  const needed = estimates.reduce((sum, { bytes }) => sum + bytes, 0);
  // Beside the index itself, a build sorts in files of about its size; one table is built at a time.
  const sorting = Math.max(0, ...estimates.map(({ bytes }) => bytes));
  const free = await freeBytes(database, String(await session.value('SELECT @@datadir')));
  const about = { check: 'space-suffices', migration: null } as const;
  if (free !== null && needed + sorting > free) {
    return [
      {
        ...about,
        severity: 'refuse',
        message: `the indexes need about ${gibibytes(needed)}, and ${gibibytes(sorting)} while they are built; the server's disk has ${gibibytes(free)} free`,
        hint: 'make room, or build fewer at a time: --step, --to',
      },
    ];
  }
  if (needed < WORTH_TELLING_BYTES) return [];
  const known =
    free === null ? "the server's free space cannot be known from here" : `${gibibytes(free)} are free`;
  const message = `the indexes take about ${gibibytes(needed)}, and ${gibibytes(sorting)} while they are built; ${known}`;
  return [{ ...about, severity: 'note', message, hint: null }];
}

/** Null unless the server's disk is one of this machine's. */
async function freeBytes(
  { config, schema }: Pick<Database, 'config' | 'schema'>,
  directory: string,
): Promise<number | null> {
  const local = config.socketPath !== null || config.host === 'localhost' || isLoopback(config.host);
  if (!local) return null;
  try {
    // In a container, or behind a tunnel, the server's directory is not ours: then the schema's is not in it.
    await stat(path.join(directory, schema));
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(bytes < 10 * 1024 ** 3 ? 1 : 0)} GiB`;
}
