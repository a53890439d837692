import type { ColumnType } from '../../rows/column-type.ts';

/** Digits of ClickHouse's widest Decimal; the servers go to 65. */
const WIDEST_DECIMAL = 76;

/**
 * What a column of ClickHouse has: its type without Nullable, and in its comment what the type does not tell, such as
 * that a String is bytes.
 */
export interface StoredType {
  readonly type: string;
  readonly comment: string;
}

/** Times are kept in UTC, so that none depends on the server's time zone; the comment says what they are at the source. */
const TIME = "DateTime64(6, 'UTC')";

export function storedType(type: ColumnType): StoredType {
  switch (type.kind) {
    case 'integer':
      return plain(`${type.signed ? '' : 'U'}Int${type.bytes * 8}`);
    case 'decimal':
      return plain(`Decimal(${type.precision}, ${type.scale})`);
    case 'float':
      return plain('Float32');
    case 'double':
      return plain('Float64');
    case 'date':
      return plain('Date32');
    case 'timestamp':
      return { type: TIME, comment: type.instant ? 'an instant, in UTC' : 'a time without time zone' };
    case 'bits':
      return plain('UInt64');
    case 'text':
      return plain(type.scale === undefined ? 'String' : `Decimal(${WIDEST_DECIMAL}, ${type.scale})`);
    case 'bytes':
      return { type: 'String', comment: 'bytes' };
    case 'geometry':
      return { type: 'String', comment: 'well-known binary' };
  }
}

function plain(type: string): StoredType {
  return { type, comment: '' };
}

const COMMENTED = new Set(['bytes', 'well-known binary', 'an instant, in UTC', 'a time without time zone']);

/** The stored type of a column of the catalog. A comment of somebody else's says nothing. */
export function catalogType(type: string, comment: string): StoredType {
  return { type: withoutNullable(type), comment: COMMENTED.has(comment) ? comment : '' };
}

export function withoutNullable(type: string): string {
  return /^Nullable\((.*)\)$/.exec(type)?.[1] ?? type;
}

/**
 * Whether every value of one type has exactly one value in another, so that a cast loses nothing and a later read gives
 * back what was stored.
 */
export function fitsInto(from: StoredType, to: StoredType): boolean {
  if (from.type === to.type) return from.comment === to.comment;
  const source = rangeOf(from.type);
  const target = rangeOf(to.type);
  if (source !== null && target !== null) {
    return source.least >= target.least && source.most <= target.most && source.scale <= target.scale;
  }
  if (to.type === 'String' && to.comment === '') return source !== null;
  return (
    (from.type === 'Float32' && to.type === 'Float64') ||
    (from.type === 'Date32' && to.type === TIME && to.comment === 'a time without time zone')
  );
}

/** Integers and decimals: the least and the most whole number, and digits after the point. */
interface Range {
  readonly least: bigint;
  readonly most: bigint;
  readonly scale: number;
}

function rangeOf(type: string): Range | null {
  const integer = /^(U?)Int(\d+)$/.exec(type);
  if (integer !== null) {
    const bits = BigInt(integer[2]!);
    return integer[1] === 'U'
      ? { least: 0n, most: 2n ** bits - 1n, scale: 0 }
      : { least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n, scale: 0 };
  }
  const decimal = /^Decimal\((\d+), (\d+)\)$/.exec(type);
  if (decimal === null) return null;
  const scale = Number(decimal[2]);
  const most = 10n ** BigInt(Number(decimal[1]) - scale) - 1n;
  return { least: -most, most, scale };
}
