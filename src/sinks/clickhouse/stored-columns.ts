import type { TargetColumn, TargetTable } from '../sink.ts';
import type { OutOfRange } from './clickhouse-address.ts';
import { identifier, literal } from './clickhouse-identifiers.ts';
import { storedType, type StoredType } from './clickhouse-types.ts';

/** Of two versions of a row the one with the larger sequence is the later one: (epoch, number). */
export const SEQUENCE = '_tidemark_sequence';
/** 1 in the last version of a row that was removed. */
export const REMOVED = '_tidemark_removed';
/** When a row was found to be gone from the source. */
export const DELETED_AT = '_tidemark_deleted_at';
/** Before the name of a column of dates: its values as texts that the engine's type cannot hold. */
const TEXT_OF = '_tidemark_text_';

/** A column of a table of the sink. */
export interface StoredColumn {
  readonly name: string;
  readonly type: StoredType;
  readonly nullable: boolean;
}

/** A column that is filled from one of the source. */
export interface FilledColumn extends StoredColumn {
  /** Where the source's column is in a batch. */
  readonly from: number;
  /** Whether it has the text of values that are out of range, instead of the values that are in it. */
  readonly text: boolean;
}

const UINT64: StoredType = { type: 'UInt64', comment: '' };
const UINT8: StoredType = { type: 'UInt8', comment: '' };
const STRING: StoredType = { type: 'String', comment: '' };
const INSTANT: StoredType = { type: "DateTime64(6, 'UTC')", comment: 'an instant, in UTC' };

export const DELETED_AT_COLUMN: StoredColumn = { name: DELETED_AT, type: INSTANT, nullable: true };

/** The columns that batches of a table fill. The key is never NULL, since rows are ordered by it. */
export function filledColumns(
  { columns, key }: Pick<TargetTable, 'columns' | 'key'>,
  outOfRange: OutOfRange,
): readonly FilledColumn[] {
  return columns.flatMap((column, from): readonly FilledColumn[] => {
    const { name, type } = column;
    const ordered = key.includes(name);
    const value = { name, type: storedType(type), nullable: !ordered, from, text: false };
    if (ordered || outOfRange !== 'text' || !hasRange(column)) return [value];
    return [value, { name: textColumn(name), type: STRING, nullable: true, from, text: true }];
  });
}

/** Whether the source's values of a column may lie outside of what the engine's type holds. */
function hasRange({ type }: TargetColumn): boolean {
  return type.kind === 'date' || type.kind === 'timestamp';
}

export function textColumn(name: string): string {
  return TEXT_OF + name;
}

/** What a table has beside the columns that are filled. */
export function ownColumns({ append }: Pick<TargetTable, 'append'>): readonly StoredColumn[] {
  const sequence: StoredColumn = { name: SEQUENCE, type: UINT64, nullable: false };
  if (!append) return [sequence, { name: REMOVED, type: UINT8, nullable: false }];
  return [
    sequence,
    { name: '_tidemark_run_id', type: STRING, nullable: false },
    { name: '_tidemark_loaded_at', type: INSTANT, nullable: false },
  ];
}

/** A column's definition in DDL. */
export function definition({ name, type, nullable }: StoredColumn): string {
  const whole = nullable ? `Nullable(${type.type})` : type.type;
  const comment = type.comment === '' ? '' : ` COMMENT ${literal(type.comment)}`;
  return `${identifier(name)} ${whole}${comment}`;
}
