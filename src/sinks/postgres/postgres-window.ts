import type { ColumnType } from '../../rows/column-type.ts';
import type { KeyWindow, Position } from '../../rows/position.ts';
import type { TargetColumn } from '../sink.ts';
import { identifier, literal } from './postgres-identifiers.ts';
import { postgresTypeName } from './postgres-types.ts';

/** Windows of key order as a condition; `TRUE` for all rows. */
export function windowsCondition(key: readonly TargetColumn[], windows: readonly KeyWindow[]): string {
  if (windows.length === 0) return 'FALSE';
  return windows.map((window) => `(${windowCondition(key, window)})`).join(' OR ');
}

/** A key column of a relation as it stands in a position: the source's own text of it. */
export function positionText({ name, type }: TargetColumn, alias: string): string {
  const column = `${alias}.${identifier(name)}`;
  if (type.kind === 'bytes') return `'0x' || upper(encode(${column}, 'hex'))`;
  if (type.kind === 'date') return `to_char(${column}, 'YYYY-MM-DD')`;
  if (type.kind === 'timestamp') return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US')`;
  return `${column}::text`;
}

/** A key column as rows are ordered by it: a text by its bytes, whatever the database's collation. */
export function orderText({ name, type }: TargetColumn): string {
  return type.kind === 'text' ? `${identifier(name)} COLLATE "C"` : identifier(name);
}

/** A row comparison is a range of the primary key's index (PostgreSQL manual, "Row-wise Comparison"). */
function windowCondition(key: readonly TargetColumn[], { after, upTo }: KeyWindow): string {
  const columns = `(${key.map(orderText).join(', ')})`;
  const conditions = [
    ...(after === null ? [] : [`${columns} > ${rowOf(key, after)}`]),
    ...(upTo === null ? [] : [`${columns} <= ${rowOf(key, upTo)}`]),
  ];
  return conditions.join(' AND ') || 'TRUE';
}

function rowOf(key: readonly TargetColumn[], position: Position): string {
  return `(${key.map(({ type }, at) => valueOf(type, position[at]!)).join(', ')})`;
}

/** A value of a position, which is the source's own text. */
function valueOf(type: ColumnType, value: string): string {
  if (type.kind === 'bytes') return `'\\x${value.slice(2)}'::bytea`;
  const text = type.kind === 'timestamp' && type.instant ? `${value}+00` : value;
  return `${literal(text)}::${postgresTypeName(type)}`;
}
