import type { Finding } from './finding.ts';
import type { Migration } from './migration.ts';
import type { MigrationState } from './migration-state.ts';

export interface OrderOptions {
  readonly allowEdited: boolean;
  readonly allowOrphans: boolean;
}

/** What speaks against going on from what was applied before: changed files, missing files, late-comers. */
export function checkOrder(
  states: readonly MigrationState[],
  selected: readonly Migration[],
  options: OrderOptions,
): readonly Finding[] {
  return states.flatMap((state): readonly Finding[] => {
    switch (state.kind) {
      case 'edited':
        return [
          {
            severity: options.allowEdited ? 'warn' : 'refuse',
            check: 'not-edited',
            migration: state.migration.name,
            message: 'its file was changed after it was applied',
            hint:
              'restore the file, and declare the other index in a new migration; or undo it with ' +
              `"migrate down --to ${state.migration.name}" and reapply it; --allow-edited leaves it as it is`,
          },
        ];
      case 'orphan':
        return [
          {
            severity: options.allowOrphans ? 'warn' : 'refuse',
            check: 'has-file',
            migration: state.entry.migration,
            message: 'it was applied, but its file is gone',
            hint:
              `bring the file back; or drop its index with "migrate down --to ${state.entry.migration}"; ` +
              '--allow-orphans leaves it as it is',
          },
        ];
      case 'pending':
        if (!state.outOfOrder || !selected.includes(state.migration)) return [];
        return [
          {
            severity: 'warn',
            check: 'in-order',
            migration: state.migration.name,
            message: 'it is older than the last applied migration, and is applied after it',
            hint: null,
          },
        ];
      case 'in-place':
      case 'failed':
      case 'unresolved':
        return [];
    }
  });
}
