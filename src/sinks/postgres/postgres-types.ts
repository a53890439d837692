import type { ColumnType } from '../../rows/column-type.ts';

/** Digits of the widest DECIMAL of the servers (MySQL manual, "Precision Math"); PostgreSQL's NUMERIC goes to 1,000. */
const WIDEST_NUMERIC = 65;

/**
 * A type as PostgreSQL's `format_type` writes it, in DDL and in the catalog. PostgreSQL has no unsigned numbers, so one
 * takes the next wider type, and those of 64 bits NUMERIC(20,0), which holds each of them exactly.
 */
export function postgresTypeName(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return integerTypeName(type.signed ? type.bytes : type.bytes * 2);
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'float':
      return 'real';
    case 'double':
      return 'double precision';
    case 'date':
      return 'date';
    case 'timestamp':
      return type.instant ? 'timestamp with time zone' : 'timestamp without time zone';
    case 'bits':
      return 'numeric(20,0)';
    case 'text':
      return type.scale === undefined ? 'text' : `numeric(${WIDEST_NUMERIC},${type.scale})`;
    case 'bytes':
    case 'geometry':
      return 'bytea';
  }
}

function integerTypeName(bytes: number): string {
  if (bytes <= 2) return 'smallint';
  if (bytes === 4) return 'integer';
  return bytes === 8 ? 'bigint' : 'numeric(20,0)';
}

/**
 * Whether every value of one PostgreSQL type has exactly one value in another, so that a cast loses nothing and a later
 * read gives back what was stored.
 */
export function fitsInto(from: string, to: string): boolean {
  if (from === to) return true;
  const source = digitsOf(from);
  const target = digitsOf(to);
  if (source !== null && target !== null) {
    return source.integerDigits <= target.integerDigits && source.scale <= target.scale;
  }
  if (to === 'text') return source !== null;
  return (
    (from === 'real' && to === 'double precision') ||
    (from === 'date' && to === 'timestamp without time zone')
  );
}

interface Digits {
  /** Digits before the point, in parts of one for the powers of two: a decimal of 3 digits does not hold 2^15. */
  readonly integerDigits: number;
  readonly scale: number;
}

const INTEGER_BITS: Readonly<Record<string, number>> = { smallint: 15, integer: 31, bigint: 63 };

function digitsOf(type: string): Digits | null {
  const numeric = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (numeric !== null) {
    return { integerDigits: Number(numeric[1]) - Number(numeric[2]), scale: Number(numeric[2]) };
  }
  const bits = INTEGER_BITS[type];
  return bits === undefined ? null : { integerDigits: bits * Math.log10(2), scale: 0 };
}
