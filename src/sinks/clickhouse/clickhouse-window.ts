import type { KeyWindow, Position } from '../../rows/position.ts';
import type { TargetColumn } from '../sink.ts';
import { decimalForm } from './clickhouse-checksum.ts';
import { columnList, identifier, literal } from './clickhouse-identifiers.ts';
import type { StoredColumn } from './stored-columns.ts';

/** A column of a key, as the source and the sink have it. */
export interface KeyColumn extends TargetColumn {
  readonly stored: StoredColumn;
}

/** Windows of key order as a condition; `1` for all rows. */
export function windowsCondition(key: readonly KeyColumn[], windows: readonly KeyWindow[]): string {
  if (windows.length === 0) return '0';
  return windows.map((window) => `(${windowCondition(key, window)})`).join(' OR ');
}

/** A key column as it stands in a position: the source's own text of it. */
export function positionText({ name, type, stored }: KeyColumn): string {
  const column = identifier(name);
  if (type.kind === 'bytes') return `concat('0x', hex(${column}))`;
  if (type.kind === 'decimal') return decimalForm(column, type.scale, stored.type.type);
  return `toString(${column})`;
}

/** The first column is compared by itself too: of a comparison of tuples the engine makes no use for its index. */
function windowCondition(key: readonly KeyColumn[], { after, upTo }: KeyWindow): string {
  const tuple = `(${columnList(key)})`;
  const first = identifier(key[0]!.name);
  const conditions = [
    ...(after === null
      ? []
      : [`${first} >= ${valueOf(key[0]!, after[0]!)}`, `${tuple} > ${rowOf(key, after)}`]),
    ...(upTo === null
      ? []
      : [`${first} <= ${valueOf(key[0]!, upTo[0]!)}`, `${tuple} <= ${rowOf(key, upTo)}`]),
  ];
  return conditions.join(' AND ') || '1';
}

function rowOf(key: readonly KeyColumn[], position: Position): string {
  return `(${key.map((column, at) => valueOf(column, position[at]!)).join(', ')})`;
}

/** A value of a position, which is the source's own text. */
function valueOf({ type, stored }: KeyColumn, value: string): string {
  if (type.kind === 'bytes') return `unhex(${literal(value.slice(2))})`;
  return `CAST(${literal(value)} AS ${stored.type.type})`;
}
