import type { IndexDefinition } from './index-definition.ts';
import type { TableInfo } from './introspect-tables.ts';
import { columnBytes, partBytes } from './key-length.ts';

/** Bytes of an index record's header, and of its place in the page directory. */
const RECORD_OVERHEAD_BYTES = 7;
/** A sorted build leaves pages about this full (`innodb_fill_factor` 100 keeps 1/16 free). */
const FILL = 15 / 16;
/** Texts are seldom as long as their column allows. */
const TEXT_FILL = 0.5;
const EXPRESSION_BYTES = 16;
/** Without a primary key, InnoDB uses a hidden row id. */
const ROW_ID_BYTES = 6;
const LONGEST_FIXED_BYTES = 16;

/** Bytes that an InnoDB index will take, about: rows by the server's statistics, times its columns and the primary key's. */
export function estimateIndexBytes(index: IndexDefinition, table: TableInfo): number {
  const own = index.parts.reduce((sum, part) => sum + typical(partBytes(part, table) ?? EXPRESSION_BYTES), 0);
  const key = table.columns
    .filter(({ name }) => table.primaryKey.includes(name))
    .reduce((sum, column) => sum + typical(columnBytes(column, null)), 0);
  const record = own + (key === 0 ? ROW_ID_BYTES : key) + RECORD_OVERHEAD_BYTES;
  return Math.ceil((record * table.rowsEstimate) / FILL);
}

function typical(bytes: number): number {
  return bytes > LONGEST_FIXED_BYTES ? bytes * TEXT_FILL : bytes;
}
