import type { Commit, TargetTable } from '../sink.ts';
import { columnList, duckdbIdentifier } from './duckdb-file.ts';

/** Of two versions of a row, the one with the larger sequence is the later one; it grows with every commit. */
export const SEQUENCE = '_tidemark_sequence';
const RUN_ID = '_tidemark_run_id';
const LOADED_AT = '_tidemark_loaded_at';

/** What a change log has of every version, beside the source's columns: DuckDB type names by column. */
export const CHANGE_LOG_COLUMNS: Readonly<Record<string, string>> = {
  [SEQUENCE]: 'BIGINT',
  [RUN_ID]: 'VARCHAR',
  [LOADED_AT]: 'TIMESTAMP WITH TIME ZONE',
};

/** The latest version of each row. */
export function currentRows(from: string, key: readonly string[]): string {
  const columns = key.map(duckdbIdentifier).join(', ');
  return `SELECT * FROM ${from} QUALIFY row_number() OVER (PARTITION BY ${columns} ORDER BY ${SEQUENCE} DESC) = 1`;
}

/**
 * The staged rows that a change log does not have yet. A row that was read again and did not change is the version that
 * the log has last for its key; a row that went back to former values is a new version. Without a key, a row is there as
 * often as the log has its values, and the copies beyond that are new: copies share their cursor's value, so one commit
 * has all of them or none.
 *
 * `log` may lack columns that the stage has: what the log never saw is NULL there.
 */
export function newVersions(stage: string, log: string, target: TargetTable): string {
  const columns = columnList(target.columns);
  const key = target.key.map(duckdbIdentifier).join(', ');
  const known = `(SELECT * FROM ${stage} WHERE FALSE UNION ALL BY NAME FROM ${log})`;
  const cursor = duckdbIdentifier(target.cursor);
  const versions =
    target.key.length === 0
      ? `(FROM ${known} AS known SEMI JOIN ${stage} AS stage ON known.${cursor} IS NOT DISTINCT FROM stage.${cursor})`
      : `(${currentRows(`${known} SEMI JOIN ${stage} USING (${key})`, target.key)})`;
  return `SELECT ${columns} FROM ${stage} EXCEPT ALL SELECT ${columns} FROM ${versions}`;
}

/** Rows with what a change log says of them: when they came, and by which run. */
export function stamped(from: string, target: TargetTable, sequence: number, { run }: Commit): string {
  const stamps = [
    `${sequence}::BIGINT AS ${SEQUENCE}`,
    `'${run.runId}' AS ${RUN_ID}`,
    `'${run.finishedAt}'::TIMESTAMPTZ AS ${LOADED_AT}`,
  ];
  return `SELECT ${columnList(target.columns)}, ${stamps.join(', ')} FROM (${from})`;
}
