import type { Session } from './session.ts';

export type ServerFlavour = 'mysql' | 'mariadb';

/** What a server is and can do, read once per database. */
export interface ServerInfo {
  readonly flavour: ServerFlavour;
  /** Major, minor, patch. */
  readonly version: readonly [number, number, number];
  /** As a person reads it, such as `MySQL 9.7.4` or `MariaDB 10.11.19`. */
  readonly label: string;
  readonly capabilities: Capabilities;
}

export interface Capabilities {
  /** `information_schema.STATISTICS.EXPRESSION` and functional key parts (MySQL 8.0.13). */
  readonly functionalIndexes: boolean;
  /** How an index is hidden from the optimizer, or null where the server cannot. */
  readonly hiddenIndexKeyword: 'INVISIBLE' | 'IGNORED' | null;
  /** Whether `DESC` in a key part is honoured and not only parsed. */
  readonly descendingIndexes: boolean;
}

/** Asks the server for its version. */
export async function detectServer(session: Session): Promise<ServerInfo> {
  const text = String(await session.value('SELECT VERSION()'));
  return parseServerVersion(text);
}

/**
 * Reads `VERSION()`, such as `10.11.19-MariaDB-0+deb12u1` or `9.7.4-2`.
 * Sources of the limits: MySQL manual "CREATE INDEX" (functional key parts 8.0.13, invisible and descending
 * indexes 8.0), MariaDB documentation "Ignored Indexes" (10.6) and "CREATE INDEX" (DESC, 10.8).
 */
export function parseServerVersion(text: string): ServerInfo {
  // Some proxies keep the prefix that MariaDB sends in its handshake for old replicas.
  const [major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(text.replace(/^5\.5\.5-/, '')) ?? [])
    .slice(1)
    .map(Number);
  const version = [major, minor, patch] as const;
  const flavour: ServerFlavour = /mariadb/i.test(text) ? 'mariadb' : 'mysql';
  const mariadb = flavour === 'mariadb';
  return {
    flavour,
    version,
    label: `${mariadb ? 'MariaDB' : 'MySQL'} ${version.join('.')}`,
    capabilities: {
      functionalIndexes: !mariadb && atLeast(version, [8, 0, 13]),
      hiddenIndexKeyword: hiddenIndexKeyword(mariadb, version),
      descendingIndexes: atLeast(version, mariadb ? [10, 8, 0] : [8, 0, 1]),
    },
  };
}

/** Whether a version is the given one or later. */
export function atLeast(version: ServerInfo['version'], minimum: ServerInfo['version']): boolean {
  for (const [index, part] of version.entries()) {
    const least = minimum[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function hiddenIndexKeyword(
  mariadb: boolean,
  version: ServerInfo['version'],
): Capabilities['hiddenIndexKeyword'] {
  if (mariadb) return atLeast(version, [10, 6, 0]) ? 'IGNORED' : null;
  return atLeast(version, [8, 0, 0]) ? 'INVISIBLE' : null;
}
