import { type DuckdbConnection, duckdbIdentifier } from './duckdb-file.ts';

/**
 * Leaves of a staging table the last version of each row: a run reads in one snapshot after the other, and a row that moved
 * in between was read twice. Rows were staged in the order in which they were read.
 */
export async function keepLatestVersions(
  connection: DuckdbConnection,
  stage: string,
  key: readonly string[],
): Promise<void> {
  const sameKey = key.map((name) => `later.${duckdbIdentifier(name)} = earlier.${duckdbIdentifier(name)}`);
  await connection.run(
    `DELETE FROM ${stage} AS earlier USING ${stage} AS later WHERE ${sameKey.join(' AND ')} AND later.rowid > earlier.rowid`,
  );
}
