import { RefusedError } from '../../errors.ts';
import type { TableState } from '../../sinks/sink.ts';
import type { SourceTable } from './source-table.ts';

/** Whether the rows that a sink has are told apart as the source tells them apart now. */
export function hasSameKey({ keyRules }: SourceTable, state: TableState): boolean {
  return keyRules.join('\n') === (state.keyRules ?? []).join('\n');
}

/**
 * Refuses to go on where a key column has another collation than when its rows were loaded, or where they were loaded
 * before a sink kept what the collation compares: one row could become two, or two rows one.
 */
export function requireSameKey(table: SourceTable, state: TableState): void {
  if (hasSameKey(table, state)) return;
  throw new RefusedError(
    `${table.database}.${table.name}: the sink has its rows matched ${rules(state.keyRules ?? [])}, and the source now tells them apart ${rules(table.keyRules)}`,
    {
      hint: `reload the table: tidemark extract-load --db=${table.database} --table=${table.name} --full-refresh`,
    },
  );
}

function rules(list: readonly string[]): string {
  return list.length === 0 ? 'by its values' : `by ${list.join(', ')}`;
}
