import type { ColumnType } from '../../rows/column-type.ts';
import type { TargetColumn } from '../sink.ts';
import { duckdbIdentifier } from './duckdb-file.ts';

/** A row's hash, as an unsigned number of 64 bits (checksum.ts). */
export function rowHash(columns: readonly TargetColumn[]): string {
  const forms = columns.map(({ name, type }) => `coalesce(${form(duckdbIdentifier(name), type)}, '')`);
  return `CAST('0x' || left(sha256(concat_ws(',', ${forms.join(', ')})), 16) AS UBIGINT)`;
}

/** A number in full; DuckDB writes a decimal that is all fraction without a 0 before its point. */
export function numberText(column: string, type: ColumnType): string {
  const text = `CAST(${column} AS VARCHAR)`;
  return type.kind === 'decimal' && type.precision === type.scale
    ? `regexp_replace(${text}, '^(-?)\\.', '\\10.')`
    : text;
}

function form(column: string, type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'bits':
      return numberText(column, type);
    case 'float':
    case 'double':
      // As the servers write it: no point without a fraction, no sign and no zero before a positive exponent.
      return `regexp_replace(regexp_replace(CAST(CAST(${column} AS DOUBLE) AS VARCHAR), '\\.0$', ''), 'e\\+?(-?)0?', 'e\\1')`;
    case 'date':
    case 'timestamp':
      return `CAST(epoch_us(${column}) AS VARCHAR)`;
    case 'text':
    case 'bytes':
    case 'geometry':
      return `'x' || hex(${column})`;
  }
}
