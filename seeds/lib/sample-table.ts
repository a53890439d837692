import type { SeedParameters } from './parameters.ts';
import type { Stages } from './sequence.ts';

export interface SampleColumn {
  readonly name: string;
  /** As in CREATE TABLE. */
  readonly type: string;
  /** SQL over the sequence's columns (`id`, `h` and the table's `computed`); without it the column keeps its default. */
  readonly value?: string;
}

/** A table of the sample: its shape and how row number `id` (1 to `rows`) is made. */
export interface SampleTable {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly SampleColumn[];
  /** Key clauses as in CREATE TABLE. */
  readonly keys: readonly string[];
  /** Further columns of the sequence, for what several values share. */
  readonly computed: Stages;
  /** SQL aggregate that gives the number of the last row inserted. */
  readonly lastRow: string;
}

/** The comment by which a table is known as this sample's; only such tables are ever written to. */
export const marker = ({ seed, rows }: SeedParameters): string =>
  `tidemark sample data, seed ${seed}, rows ${rows}`;

export const isMarked = (comment: string): boolean => comment.startsWith('tidemark sample data, ');

/** CREATE TABLE without IF NOT EXISTS: a table that appeared since the check must fail it, not be filled. */
export function createTable(table: SampleTable, parameters: SeedParameters): string {
  const lines = [...table.columns.map(({ name, type }) => `\`${name}\` ${type}`), ...table.keys];
  // The character set is stated since servers differ in their default, and some still have latin1.
  return `CREATE TABLE \`${table.name}\` (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB
    DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='${marker(parameters)}'`;
}
