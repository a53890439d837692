/**
 * What a column's values are, between the servers' types and a sink's. Every value of a server's type has exactly one
 * value here, and the other way round; docs/types.md lists them.
 */
export type ColumnType =
  | { readonly kind: 'integer'; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float' }
  | { readonly kind: 'double' }
  | { readonly kind: 'date' }
  /** Microseconds; `instant` for a TIMESTAMP, which is a point in time, and not for a DATETIME, which is naive. */
  | { readonly kind: 'timestamp'; readonly instant: boolean }
  /** BIT(n): its bits as an unsigned number of 8 bytes. */
  | { readonly kind: 'bits' }
  /** `scale`: the digits after the point of a decimal that is wider than any sink's, and comes as its text. */
  | { readonly kind: 'text'; readonly scale?: number }
  | { readonly kind: 'bytes' }
  /** A geometry: the server sends an SRID of 4 bytes, then the WKB, which is what a sink gets. */
  | { readonly kind: 'geometry' };

export const TEXT: ColumnType = { kind: 'text' };
export const BYTES: ColumnType = { kind: 'bytes' };
export const GEOMETRY: ColumnType = { kind: 'geometry' };
/** The widest DECIMAL of DuckDB and Parquet (MySQL goes to 65). */
export const WIDEST_DECIMAL = 38;
