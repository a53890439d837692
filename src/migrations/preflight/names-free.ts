import { differences } from '../../schema/compare-indexes.ts';
import { describeParts } from '../../schema/index-definition.ts';
import type { Finding } from '../finding.ts';
import { findIndex } from '../inspect.ts';
import type { PreflightSubject } from './check.ts';

/** No other index has the name. One of the same definition is adopted, and so is no candidate any more. */
export function namesFree({ candidates, inspection }: PreflightSubject): readonly Finding[] {
  return candidates.flatMap(({ migration, definition }): readonly Finding[] => {
    const existing = findIndex(inspection, definition.table, definition.name);
    if (existing === undefined) return [];
    const differing = differences(definition, existing).join(', ');
    return [
      {
        severity: 'refuse',
        check: 'names-free',
        migration: migration.name,
        message:
          `table ${definition.table} has another index ${existing.name} ` +
          `(${describeParts(existing.parts).join(', ')}), which differs in ${differing}`,
        hint: 'give the migration’s index another name, or drop or rename the one that is there',
      },
    ];
  });
}
