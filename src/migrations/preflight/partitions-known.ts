import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** Says what partitions mean for an index. */
export function partitionsKnown({ candidates, inspection }: PreflightSubject): readonly Finding[] {
  return candidates.flatMap(({ migration, definition }): readonly Finding[] => {
    const table = inspection.tables.get(definition.table);
    if (table?.partitioned !== true) return [];
    const message = definition.unique
      ? `${table.name} is partitioned: a unique index must contain the partitioning columns`
      : `${table.name} is partitioned: index ${definition.name} is built in each partition, and a search without the partitioning column reads all of them`;
    return [{ severity: 'note', check: 'partitions-known', migration: migration.name, message, hint: null }];
  });
}
