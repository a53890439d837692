import path from 'node:path';
import type { ComparisonRequest, TargetTable } from '../sink.ts';
import { SEQUENCE } from '../duckdb/change-log.ts';
import { COMPARISON, type ComparedRows, DELETED_AT } from '../duckdb/compared-rows.ts';
import { columnList, type DuckdbConnection, duckdbIdentifier } from '../duckdb/duckdb-file.ts';
import { columnDefinitions } from '../duckdb/duckdb-schema.ts';
import {
  columnsOfFiles,
  dataFileName,
  type FileColumns,
  liveRows,
  REMOVED,
  writeParquet,
} from './parquet-files.ts';
import type { DataFile } from './parquet-manifest.ts';

/** The later versions of rows that were mended. */
const MENDED = 'tidemark_mended';

/** A table's files, and where one more is noted. */
export interface ParquetDataset {
  readonly connection: DuckdbConnection;
  readonly folder: string;
  readonly target: TargetTable;
  readonly files: readonly DataFile[];
  /** The sequence that the next file gets. */
  readonly sequence: number;
  /** Commits a file with the files that there are. */
  readonly add: (file: DataFile) => Promise<void>;
}

/**
 * The rows of a table of Parquet files. Mending rewrites nothing: all that differs goes into one further file, as later
 * versions of its rows, and one replacement of the manifest commits it.
 */
export class ParquetRows implements ComparedRows {
  readonly #dataset: ParquetDataset;
  readonly #columns: FileColumns;

  private constructor(dataset: ParquetDataset, columns: FileColumns) {
    this.#dataset = dataset;
    this.#columns = columns;
  }

  static async open(dataset: ParquetDataset): Promise<ParquetRows> {
    const { connection, folder, files, target } = dataset;
    const columns =
      files.length === 0 ? new Map<string, string>() : await columnsOfFiles(connection, folder, files);
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${MENDED} (${columnDefinitions(target)}, ${DELETED_AT} TIMESTAMP WITH TIME ZONE, ${REMOVED} BOOLEAN)`,
    );
    return new ParquetRows(dataset, columns);
  }

  select(condition: string): string {
    return liveRows(this.#dataset, this.#columns, condition);
  }

  async mend({ by, action }: ComparisonRequest, condition: string): Promise<void> {
    const { connection, target } = this.#dataset;
    const { found, stage } = COMPARISON;
    const columns = columnList(target.columns);
    const key = target.key.map(duckdbIdentifier).join(', ');
    const gone = `(FROM ${found} WHERE kind = 'extra')`;
    await connection.run(
      action === 'mark'
        ? `INSERT INTO ${MENDED} BY NAME SELECT ${columns}, now() AS ${DELETED_AT} FROM (${this.select(condition)}) SEMI JOIN ${gone} USING (${key})`
        : `INSERT INTO ${MENDED} BY NAME SELECT ${key}, TRUE AS ${REMOVED} FROM ${gone}`,
    );
    if (by === 'keys') return;
    await connection.run(
      `INSERT INTO ${MENDED} BY NAME SELECT ${columns} FROM ${stage} SEMI JOIN ${found} USING (${key})`,
    );
  }

  async commit(): Promise<void> {
    const { connection, folder, sequence, add } = this.#dataset;
    const [counted] = await connection.rows(
      `SELECT count(*) AS rows, count(${DELETED_AT}) AS marked, count(${REMOVED}) AS removed FROM ${MENDED}`,
    );
    const rows = Number(counted?.['rows'] ?? 0);
    if (rows === 0) return;
    // A column that no row needs stays out of the file, and with it out of every query of the table.
    const unused = [
      ...(Number(counted?.['marked']) === 0 ? [DELETED_AT] : []),
      ...(Number(counted?.['removed']) === 0 ? [REMOVED] : []),
    ];
    const name = dataFileName(sequence);
    const columns = unused.length === 0 ? '*' : `* EXCLUDE (${unused.join(', ')})`;
    await writeParquet(
      connection,
      `SELECT ${columns}, ${sequence}::BIGINT AS ${SEQUENCE} FROM ${MENDED}`,
      path.join(folder, name),
    );
    await add({ name, rows, sequence });
  }
}
