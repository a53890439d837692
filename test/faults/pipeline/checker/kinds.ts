import type { Kind } from './kind.ts';
import { CASCADES } from './kinds/cascades.ts';
import { CRASHES } from './kinds/crashes.ts';
import { EVENT_SCHEDULER } from './kinds/events.ts';
import { GLOBAL_LOCKS, TABLE_LOCKS } from './kinds/locks.ts';
import { PARTITIONS } from './kinds/partitions.ts';
import { REBUILDS } from './kinds/rebuilds.ts';
import { TEXT_KEYS } from './kinds/text-keys.ts';
import { XA } from './kinds/xa.ts';

/** What the checker can add to its writers. */
export const KINDS = {
  xa: XA,
  events: EVENT_SCHEDULER,
  'table-locks': TABLE_LOCKS,
  'global-locks': GLOBAL_LOCKS,
  rebuilds: REBUILDS,
  crashes: CRASHES,
  'text-keys': TEXT_KEYS,
  partitions: PARTITIONS,
  cascades: CASCADES,
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

/** Reads a list such as `xa,crashes`; `all` for every kind. */
export function parseKinds(text: string): readonly KindName[] {
  const names = Object.keys(KINDS) as readonly KindName[];
  if (text === 'all') return names;
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      const name = names.find((known) => known === word);
      if (name === undefined) throw new Error(`no kind '${word}'; there are ${names.join(', ')}`);
      return name;
    });
}
