import type { IndexPart } from './index-definition.ts';
import { type ColumnInfo, findColumn, type TableInfo } from './introspect-tables.ts';

/** Bytes of a fixed-width type in an index (MySQL manual, "Data Type Storage Requirements"). */
const FIXED_BYTES: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
  float: 4,
  double: 8,
  year: 1,
  date: 3,
  enum: 2,
  set: 8,
  uuid: 16,
  inet4: 4,
  inet6: 16,
};

/** Bytes per character of the character sets that have more than one; a set that is not here has one. */
const CHARACTER_BYTES: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf8: 3,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ucs2: 2,
  gb18030: 4,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  sjis: 2,
  cp932: 2,
  euckr: 2,
  ujis: 3,
  eucjpms: 3,
};

/** The most bytes that a key part takes in an index; null for an expression or a column that the table lacks. */
export function partBytes(part: IndexPart, table: TableInfo): number | null {
  if (part.kind === 'expression') return null;
  const column = findColumn(table, part.name);
  return column === undefined ? null : columnBytes(column, part.length);
}

/** The most bytes of a column, or of a prefix of it in characters (bytes for binary types), in an index. */
export function columnBytes(column: ColumnInfo, prefix: number | null): number {
  const nullByte = column.nullable ? 1 : 0;
  if (column.maximumLength !== null && !(column.dataType in FIXED_BYTES)) {
    const perCharacter = column.characterSet === null ? 1 : (CHARACTER_BYTES[column.characterSet] ?? 1);
    // The length of a variable-width value takes two bytes.
    return Math.min(prefix ?? column.maximumLength, column.maximumLength) * perCharacter + 2 + nullByte;
  }
  return fixedBytes(column) + nullByte;
}

function fixedBytes(column: ColumnInfo): number {
  const fraction = Math.ceil((column.timePrecision ?? 0) / 2);
  switch (column.dataType) {
    case 'datetime':
      return 5 + fraction;
    case 'timestamp':
      return 4 + fraction;
    case 'time':
      return 3 + fraction;
    case 'decimal':
      // Nine digits take four bytes; close enough for both sides of the point together.
      return Math.ceil(((column.numericPrecision ?? 10) * 4) / 9) + 1;
    case 'bit':
      return Math.ceil((column.numericPrecision ?? 1) / 8);
    default:
      return FIXED_BYTES[column.dataType] ?? 8;
  }
}
