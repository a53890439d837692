import type { ColumnType } from '../../rows/column-type.ts';
import type { KeyWindow, Position } from '../../rows/position.ts';
import type { TargetColumn } from '../sink.ts';
import { numberText } from './duckdb-checksum.ts';
import { duckdbIdentifier } from './duckdb-file.ts';
import { duckdbTypeName } from './duckdb-types.ts';

/** Windows of key order as a condition; `TRUE` for all rows. */
export function windowsCondition(key: readonly TargetColumn[], windows: readonly KeyWindow[]): string {
  const [first, last] = [windows.at(0), windows.at(-1)];
  if (first === undefined || last === undefined) return 'FALSE';
  // The ends of all of them first: DuckDB skips what it stores outside of a range, and does not for an OR.
  const around = windowCondition(key, { after: first.after, upTo: last.upTo });
  if (windows.length === 1) return around;
  return `${around} AND (${windows.map((window) => `(${windowCondition(key, window)})`).join(' OR ')})`;
}

/** A key column as it stands in a position: the source's own text of it. */
export function positionText({ name, type }: TargetColumn): string {
  const column = duckdbIdentifier(name);
  if (type.kind === 'bytes') return `'0x' || hex(${column})`;
  if (type.kind === 'date') return `strftime(${column}, '%Y-%m-%d')`;
  // By way of UTC, whatever the time zone of the session.
  if (type.kind === 'timestamp')
    return `strftime(make_timestamp(epoch_us(${column})), '%Y-%m-%d %H:%M:%S.%f')`;
  return numberText(column, type);
}

function windowCondition(key: readonly TargetColumn[], window: KeyWindow): string {
  const after = window.after === null ? [] : bounds(key, window.after, '>');
  const upTo = window.upTo === null ? [] : bounds(key, window.upTo, '<');
  return [...after, ...upTo].join(' AND ') || 'TRUE';
}

/** Rows on one side of a position: `a >= X AND (a > X OR (a = X AND b > Y))`; the first part lets DuckDB skip. */
function bounds(key: readonly TargetColumn[], position: Position, side: '>' | '<'): readonly string[] {
  const last = key.length - 1;
  const steps = key.map((column, depth) => {
    const equal = key.slice(0, depth).map((before, at) => compare(before, '=', position[at]!));
    const operator = side === '<' && depth === last ? '<=' : side;
    return `(${[...equal, compare(column, operator, position[depth]!)].join(' AND ')})`;
  });
  return [compare(key[0]!, `${side}=`, position[0]!), `(${steps.join(' OR ')})`];
}

function compare(column: TargetColumn, operator: string, value: string): string {
  return `${duckdbIdentifier(column.name)} ${operator} ${duckdbLiteral(column.type, value)}`;
}

/** A value of a position, which is the source's own text, as a DuckDB literal. */
function duckdbLiteral(type: ColumnType, value: string): string {
  if (type.kind === 'bytes') return `unhex('${value.slice(2)}')`;
  const text = type.kind === 'timestamp' && type.instant ? `${value}+00` : value;
  return `CAST('${text.replaceAll("'", "''")}' AS ${duckdbTypeName(type)})`;
}
