import type { ColumnType } from '../../rows/column-type.ts';

/** What the wire has to know of a column of a result. */
export interface ReadColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** A text that the server converts from a character set which has what utf8mb4 has not. */
  readonly lossy?: boolean;
}
