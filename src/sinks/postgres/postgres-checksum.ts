import type { ColumnType } from '../../rows/column-type.ts';
import type { TargetColumn } from '../sink.ts';
import { identifier } from './postgres-identifiers.ts';

/** A row's hash as a signed number of 64 bits (rows/checksum.ts), for PostgreSQL's `bit_xor`. */
export function rowHash(columns: readonly TargetColumn[]): string {
  const forms = columns.map(({ name, type }) => `coalesce(${form(identifier(name), type)}, '')`);
  // Wide tables have more columns than a function may have arguments (100).
  const text = `array_to_string(ARRAY[${forms.join(', ')}], ',')`;
  return `('x' || left(encode(sha256(convert_to(${text}, 'UTF8')), 'hex'), 16))::bit(64)::bigint`;
}

function form(column: string, type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'bits':
      return `${column}::text`;
    case 'float':
    case 'double':
      // As the servers write it: no sign and no zero before a positive exponent.
      return `regexp_replace((${column}::float8)::text, 'e\\+?(-?)0?', 'e\\1')`;
    case 'date':
    case 'timestamp':
      return `(extract(epoch from ${column}) * 1000000)::bigint::text`;
    case 'text':
      return `'x' || upper(encode(convert_to(${column}::text, 'UTF8'), 'hex'))`;
    case 'bytes':
    case 'geometry':
      return `'x' || upper(encode(${column}, 'hex'))`;
  }
}
