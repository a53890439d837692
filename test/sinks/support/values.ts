import type { ColumnType } from '../../../src/rows/column-type.ts';
import type { StoredValue } from './sink-under-test.ts';

/**
 * A value as the tests write it: an integer or a bit field is a bigint; a decimal its digits, all of its scale; a FLOAT
 * or DOUBLE a number; a date `2024-01-31`, a time `2024-01-31 12:00:00.123456`; a text itself; bytes are their hex
 * digits in upper case.
 */
export type Value = bigint | number | string | null;

/** What was read of a column, in the form that the tests write. */
export function normalized(value: StoredValue | undefined, type: ColumnType): Value | undefined {
  if (value === null || value === undefined) return value;
  switch (type.kind) {
    case 'integer':
    case 'bits':
      return BigInt(String(value));
    case 'decimal':
      return fullDecimal(String(value), type.scale);
    case 'float':
      // Its shortest digits, as PostgreSQL writes them, are those of a float and not of a double.
      return Math.fround(Number(value));
    case 'double':
      return Number(value);
    case 'date':
      return String(value);
    case 'timestamp':
      return fullTime(String(value));
    case 'text':
      // The digits of a decimal that is wider than any sink's.
      return type.scale === undefined ? String(value) : fullDecimal(String(value), type.scale);
    case 'bytes':
    case 'geometry':
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex').toUpperCase() : String(value);
  }
}

/** A value of a position, which is the source's text of it, in the form that the tests write. */
export function positionValue(text: string, type: ColumnType): Value {
  if (type.kind === 'bytes') return text.slice(2).toUpperCase();
  return normalized(text, type) ?? null;
}

/** A value as it stands in a position. */
export function positionText(value: Value, type: ColumnType): string {
  return type.kind === 'bytes' ? `0x${String(value)}` : String(value);
}

/** Microseconds since 1970 of a date or a time, naive or in UTC. */
export function microseconds(text: string): bigint {
  const [day = '', time = '00:00:00'] = text.split(' ');
  const [clock = '', fraction = ''] = time.split('.');
  return BigInt(Date.parse(`${day}T${clock}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

function fullTime(text: string): string {
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

function fullDecimal(text: string, scale: number): string {
  const [, sign = '', digits = '', fraction = ''] = /^(-?)0*(\d*)\.?(\d*)$/.exec(text) ?? [];
  const point = scale === 0 ? '' : '.';
  return `${sign}${digits === '' ? '0' : digits}${point}${fraction.padEnd(scale, '0')}`;
}
