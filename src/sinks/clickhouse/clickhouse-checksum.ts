import type { ColumnType } from '../../rows/column-type.ts';
import type { TargetColumn } from '../sink.ts';
import { identifier } from './clickhouse-identifiers.ts';
import type { StoredColumn } from './stored-columns.ts';

/** A row's hash as a number of 64 bits (rows/checksum.ts), for ClickHouse's `groupBitXor`. */
export function rowHash(columns: readonly TargetColumn[], stored: ReadonlyMap<string, StoredColumn>): string {
  const forms = columns.map(({ name, type }) => {
    const form = formOf(identifier(name), type, stored.get(name)?.type.type ?? '');
    return `ifNull(${form}, '')`;
  });
  // The number's first byte is its highest.
  return `reinterpretAsUInt64(reverse(substring(SHA256(arrayStringConcat([${forms.join(', ')}], ',')), 1, 8)))`;
}

/** A type that became narrower at the source is as wide here as it was, texts included. */
function formOf(column: string, type: ColumnType, stored: string): string {
  switch (type.kind) {
    case 'integer':
    case 'bits':
      return `toString(${column})`;
    case 'decimal':
      return decimalForm(column, type.scale, stored);
    case 'float':
    case 'double':
      return `toString(toFloat64(${column}))`;
    case 'date':
      return stored === 'Date32'
        ? `toString(toInt64(toInt32(${column})) * 86400000000)`
        : `toString(toUnixTimestamp64Micro(${column}))`;
    case 'timestamp':
      return `toString(toUnixTimestamp64Micro(${column}))`;
    case 'text':
      return `concat('x', hex(${type.scale === undefined ? column : decimalForm(column, type.scale, stored)}))`;
    case 'bytes':
    case 'geometry':
      return `concat('x', hex(${column}))`;
  }
}

/** `toString` leaves zeros at the end out. */
export function decimalForm(column: string, scale: number, stored: string): string {
  return stored === 'String' ? column : `toDecimalString(${column}, ${scale})`;
}
