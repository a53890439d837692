import { WorkFailedError } from '../../errors.ts';
import type { Position } from '../../rows/position.ts';
import type { SourceTable } from './source-table.ts';

/** Throws a WorkFailedError where what follows a position ends at it again: reading on would never end. */
export function requireProgress(
  { database, name }: Pick<SourceTable, 'database' | 'name'>,
  after: Position | null,
  end: Position | null,
): void {
  if (after === null || end === null || after.length !== end.length) return;
  if (after.some((value, at) => value !== end[at])) return;
  throw new WorkFailedError(
    `${database}.${name}: what the server reads after (${after.join(', ')}) ends there again, so reading would not end`,
    { hint: 'its key has values that the server cannot find again by their text; see docs/types.md, "Keys"' },
  );
}
