import path from 'node:path';
import { currentRows } from '../duckdb/change-log.ts';
import type { ColumnType } from '../../rows/column-type.ts';
import type { TargetColumn } from '../sink.ts';
import { DELETED_AT } from '../duckdb/compared-rows.ts';
import { type DuckdbConnection, duckdbIdentifier } from '../duckdb/duckdb-file.ts';
import { foldName } from '../duckdb/duckdb-schema.ts';
import { asDecimalText, duckdbTypeName, fitsInto } from '../duckdb/duckdb-types.ts';
import { type DataFile, settleFile } from './parquet-manifest.ts';

/** True in the last version of a row that the source no longer has: it has a key and nothing else, and is no row. */
export const REMOVED = '_tidemark_removed';

/** Half of what DuckDB takes by default: files are as small, and half as much memory holds rows of 60 columns. */
const ROW_GROUP_ROWS = 61_440;
/**
 * Instead of zstd's 3: loads take an eighth less time and files are 6 to 7 % larger. (DuckDB's `PARQUET_VERSION v2` would
 * be faster and smaller still, but not every engine that reads Parquet reads its encodings.)
 */
const ZSTD_LEVEL = 1;

/** A file is named after its sequence: a commit that was cut short is written over by the next one. */
export function dataFileName(sequence: number): string {
  return `${String(sequence).padStart(8, '0')}.parquet`;
}

/** Runs a query into a Parquet file, which is there whole or not at all. */
export async function writeParquet(
  connection: DuckdbConnection,
  select: string,
  file: string,
): Promise<void> {
  const aside = `${file}.aside`;
  await connection.run(
    `COPY (${select}) TO ${quotedText(aside)}
       (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${ZSTD_LEVEL}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
  await settleFile(aside, file);
}

/** The files of a table as DuckDB reads them. */
export function readParquet(folder: string, files: readonly DataFile[]): string {
  const list = files.map(({ name }) => quotedText(asPattern(path.join(folder, name)))).join(', ');
  // A folder above that is called `year=2024` is no column.
  return `read_parquet([${list}], union_by_name = true, hive_partitioning = false)`;
}

/** A path as a pattern that matches nothing else: DuckDB takes every file to be read as one, and knows no escape. */
function asPattern(file: string): string {
  return file.replaceAll(/[*?[]/g, '[$&]');
}

function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The types of columns that at least one of the files has, by their names as `foldName` folds them. */
export type FileColumns = ReadonlyMap<string, string>;

/** The columns of files as DuckDB unites them; there is at least one file. */
export async function columnsOfFiles(
  connection: DuckdbConnection,
  folder: string,
  files: readonly DataFile[],
): Promise<FileColumns> {
  const described = await connection.rows(`DESCRIBE FROM ${readParquet(folder, files)}`);
  return new Map(
    described.map((column) => [foldName(String(column['column_name'])), String(column['column_type'])]),
  );
}

/**
 * The rows that a table has: the latest version of each whose key meets a condition, without those that were removed.
 * The condition goes below the versions, so that DuckDB reads only the row groups that may have such keys.
 */
export function presentRows(
  from: string,
  {
    key,
    columns,
    condition = 'TRUE',
  }: {
    readonly key: readonly string[];
    /** What `columnsOfFiles` found. */
    readonly columns: FileColumns;
    readonly condition?: string;
  },
): string {
  const latest = currentRows(`(FROM ${from} WHERE ${condition})`, key);
  return columns.has(REMOVED)
    ? `SELECT * EXCLUDE (${REMOVED}) FROM (${latest}) WHERE ${REMOVED} IS NOT TRUE`
    : latest;
}

/** The live rows of a table's files whose key meets a condition, with the columns of the target. */
export function liveRows(
  dataset: {
    readonly folder: string;
    readonly files: readonly DataFile[];
    readonly target: { readonly columns: readonly TargetColumn[]; readonly key: readonly string[] };
  },
  /** What `columnsOfFiles` found. */
  columns: FileColumns,
  condition: string,
): string {
  const { folder, files, target } = dataset;
  const list = target.columns.map(({ name, type }) => {
    const quoted = duckdbIdentifier(name);
    return `${presentValue(quoted, columns.get(foldName(name)), type)} AS ${quoted}`;
  });
  if (files.length === 0) return `SELECT ${list.join(', ')} WHERE FALSE`;
  const present = presentRows(readParquet(folder, files), { key: target.key, columns, condition });
  const live = columns.has(DELETED_AT) ? `${DELETED_AT} IS NULL` : 'TRUE';
  return `SELECT ${list.join(', ')} FROM (${present}) WHERE ${live}`;
}

/**
 * Rows of files, with the digits that their columns have now: texts of decimals that were narrower when they were written
 * may have fewer.
 */
export function withAllDigits(
  rows: string,
  columns: FileColumns,
  digits: Readonly<Record<string, number>>,
): string {
  const grown = Object.entries(digits).filter(([name]) => columns.get(foldName(name)) === 'VARCHAR');
  if (grown.length === 0) return rows;
  const replaced = grown.map(([name, scale]) => {
    const quoted = duckdbIdentifier(name);
    // What was a text before it was a decimal may be none.
    const number = `regexp_full_match(${quoted}, '-?[0-9]*\\.?[0-9]+')`;
    return `CASE WHEN ${number} THEN ${asDecimalText(quoted, { kind: 'text', scale })} ELSE ${quoted} END AS ${quoted}`;
  });
  return `SELECT * REPLACE (${replaced.join(', ')}) FROM (${rows})`;
}

/** A column's value as its source has it now: it may be new, and in no file yet, or have grown since the files. */
function presentValue(column: string, present: string | undefined, type: ColumnType): string {
  const wanted = duckdbTypeName(type);
  if (present === undefined) return `NULL::${wanted}`;
  const value = asDecimalText(column, type);
  return fitsInto(present, wanted) ? `CAST(${value} AS ${wanted})` : value;
}
