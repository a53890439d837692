import { BYTES, type ColumnType, GEOMETRY, TEXT, WIDEST_DECIMAL } from '../../rows/column-type.ts';
import type { ColumnInfo } from '../../schema/introspect-tables.ts';
import type { ZeroDatePolicy } from './table-spec.ts';

/** The type of a source column, or null for a type that is not known. */
export function columnTypeOf(column: ColumnInfo, zeroDates: ZeroDatePolicy): ColumnType | null {
  const unsigned = /\bunsigned\b/.test(column.columnType);
  switch (column.dataType) {
    case 'tinyint':
      return { kind: 'integer', bytes: 1, signed: !unsigned };
    case 'smallint':
      return { kind: 'integer', bytes: 2, signed: !unsigned };
    case 'mediumint':
    case 'int':
    case 'integer':
      return { kind: 'integer', bytes: 4, signed: !unsigned };
    case 'bigint':
      return { kind: 'integer', bytes: 8, signed: !unsigned };
    case 'year':
      return { kind: 'integer', bytes: 2, signed: true };
    case 'decimal':
    case 'numeric':
      return decimalType(column);
    case 'float':
      return { kind: 'float' };
    case 'double':
    case 'real':
      return { kind: 'double' };
    case 'bit':
      return { kind: 'bits' };
    case 'date':
      return zeroDates === 'text' ? TEXT : { kind: 'date' };
    case 'datetime':
      return zeroDates === 'text' ? TEXT : { kind: 'timestamp', instant: false };
    case 'timestamp':
      return zeroDates === 'text' ? TEXT : { kind: 'timestamp', instant: true };
    // TIME goes from -838:59:59 to 838:59:59, which no sink's time of day holds.
    case 'time':
    case 'char':
    case 'varchar':
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
    case 'enum':
    case 'set':
    case 'json':
    case 'uuid':
    case 'inet4':
    case 'inet6':
    case 'xmltype':
      return TEXT;
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
    case 'vector':
      return BYTES;
    case 'geometry':
    case 'point':
    case 'linestring':
    case 'polygon':
    case 'multipoint':
    case 'multilinestring':
    case 'multipolygon':
    case 'geomcollection':
    case 'geometrycollection':
      return GEOMETRY;
    default:
      return null;
  }
}

function decimalType(column: ColumnInfo): ColumnType {
  const precision = column.numericPrecision ?? 10;
  const scale = column.numericScale ?? 0;
  return precision > WIDEST_DECIMAL ? { kind: 'text', scale } : { kind: 'decimal', precision, scale };
}
