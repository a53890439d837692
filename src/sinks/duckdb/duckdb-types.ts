import type { ColumnType } from '../../rows/column-type.ts';

/** A type as DuckDB writes it, in DDL and in `duckdb_columns()`. */
export function duckdbTypeName(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? '' : 'U'}${{ 1: 'TINYINT', 2: 'SMALLINT', 4: 'INTEGER', 8: 'BIGINT' }[type.bytes]}`;
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'float':
      return 'FLOAT';
    case 'double':
      return 'DOUBLE';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return type.instant ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP';
    case 'bits':
      return 'UBIGINT';
    case 'text':
      return 'VARCHAR';
    case 'bytes':
    case 'geometry':
      return 'BLOB';
  }
}

/**
 * Whether every value of one DuckDB type has exactly one value in another, so that a cast loses nothing and a later
 * read gives back what was stored.
 */
export function fitsInto(from: string, to: string): boolean {
  if (from === to) return true;
  const source = numericRange(from);
  const target = numericRange(to);
  if (source !== null && target !== null) {
    return (
      source.integerDigits <= target.integerDigits &&
      source.scale <= target.scale &&
      (target.signed || !source.signed)
    );
  }
  if (to === 'VARCHAR') return source !== null;
  return (from === 'FLOAT' && to === 'DOUBLE') || (from === 'DATE' && to === 'TIMESTAMP');
}

/**
 * A number that was stored as one, or as the text of one, as the text that its source's column has now: a decimal's has all
 * the digits of its scale. Other texts are what they are.
 */
export function asDecimalText(column: string, type: ColumnType): string {
  if (type.kind !== 'text' || type.scale === undefined) return column;
  // DuckDB writes a decimal that is all fraction without a 0 before its point.
  const text = `regexp_replace(CAST(${column} AS VARCHAR), '^(-?)\\.', '\\10.')`;
  if (type.scale === 0) return text;
  const digits = `(length(${text}) - strpos(${text}, '.'))`;
  return (
    `CASE WHEN strpos(${text}, '.') = 0 THEN ${text} || '.' || repeat('0', ${type.scale})` +
    ` ELSE ${text} || repeat('0', greatest(0, ${type.scale} - ${digits})) END`
  );
}

interface NumericRange {
  /** Digits before the point, in halves for the powers of two: a decimal of 3 digits holds a TINYINT, not 2^8. */
  readonly integerDigits: number;
  readonly scale: number;
  readonly signed: boolean;
}

/** Decimal digits of the largest value of each integer type: log10 of 2^7, 2^8 and so on. */
const INTEGERS: Readonly<Record<string, NumericRange>> = Object.fromEntries(
  [
    ['TINYINT', 8],
    ['SMALLINT', 16],
    ['INTEGER', 32],
    ['BIGINT', 64],
  ].flatMap(([name, bits]) => [
    [name, { integerDigits: (Number(bits) - 1) * Math.log10(2), scale: 0, signed: true }],
    [`U${name}`, { integerDigits: Number(bits) * Math.log10(2), scale: 0, signed: false }],
  ]),
);

function numericRange(type: string): NumericRange | null {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal === null) return INTEGERS[type] ?? null;
  const scale = Number(decimal[2]);
  return { integerDigits: Number(decimal[1]) - scale, scale, signed: true };
}
