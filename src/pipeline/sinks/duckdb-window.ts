import type { ColumnType } from '../column-type.ts';
import type { Position } from '../keyset.ts';
import type { KeyWindow, TargetColumn } from '../sink.ts';
import { duckdbIdentifier } from './duckdb-file.ts';
import { duckdbTypeName } from './duckdb-types.ts';

/** A window of key order as a condition; `TRUE` for all rows. */
export function windowCondition(key: readonly TargetColumn[], window: KeyWindow): string {
  const after = window.after === null ? [] : [`(${isAfter(key, window.after)})`];
  const upTo = window.upTo === null ? [] : [`NOT (${isAfter(key, window.upTo)})`];
  return [...after, ...upTo].join(' AND ') || 'TRUE';
}

/** Rows that no run has loaded yet. */
export function notYetCondition(cursor: TargetColumn, notYet: KeyWindow['notYet']): string {
  if (notYet === null) return 'FALSE';
  const name = duckdbIdentifier(cursor.name);
  return `(${name} IS NULL OR ${name} ${notYet.operator} ${duckdbLiteral(cursor.type, notYet.value)})`;
}

/** `a > X OR (a = X AND b > Y)`: DuckDB scans its column segments by their ranges either way. */
function isAfter(key: readonly TargetColumn[], position: Position): string {
  return key
    .map((column, depth) => {
      const equal = key.slice(0, depth).map((before, at) => compare(before, '=', position[at]!));
      return `(${[...equal, compare(column, '>', position[depth]!)].join(' AND ')})`;
    })
    .join(' OR ');
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
