import { groupBy } from '../../schema/group-by.ts';
import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** Of both servers, the primary key among them (error 1069). */
const MOST_INDEXES = 64;

/** No table gets more indexes than the servers take; the first migrations have the room that is left. */
export function indexesFew({ candidates, inspection }: PreflightSubject): readonly Finding[] {
  const byTable = groupBy(candidates, ({ definition }) => definition.table);
  return [...byTable].flatMap(([table, builds]) => {
    const room = Math.max(MOST_INDEXES - (inspection.indexes.get(table)?.length ?? 0), 0);
    return builds.slice(room).map(({ migration, definition }): Finding => ({
      severity: 'refuse',
      check: 'indexes-few',
      migration: migration.name,
      message: `table ${table} has no room for index ${definition.name}: a table has at most ${MOST_INDEXES} indexes`,
      hint: 'drop indexes that nobody uses ("verify --full" lists how often each is read), or leave this one out',
    }));
  });
}
