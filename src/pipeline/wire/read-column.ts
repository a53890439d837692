import type { ColumnType } from '../../rows/column-type.ts';

/** What the wire has to know of a column of a result. */
export interface ReadColumn {
  readonly name: string;
  readonly type: ColumnType;
}
