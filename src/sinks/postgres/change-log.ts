import type { Commit, TargetTable } from '../sink.ts';
import { columnList, identifier, literal, sameKey } from './postgres-identifiers.ts';
import { SEQUENCE } from './postgres-schema.ts';

/**
 * A query of the staged rows that a change log does not have yet. A row that was read again and did not change is the
 * version that the log has last for its key; a row that went back to former values is a new version. Without a key, a row
 * is there as often as the log has its values, and the copies beyond that are new: copies share their cursor's value, so
 * one commit has all of them or none.
 */
export function newVersions(stage: string, log: string, target: TargetTable): string {
  const columns = columnList(target.columns);
  const known = columnList(target.columns, 'log');
  const cursor = identifier(target.cursor);
  const versions =
    target.key.length === 0
      ? `SELECT ${known} FROM ${log} AS log
          WHERE EXISTS (SELECT FROM ${stage} AS stage WHERE stage.${cursor} IS NOT DISTINCT FROM log.${cursor})`
      : `SELECT DISTINCT ON (${target.key.map((name) => `log.${identifier(name)}`).join(', ')}) ${known}
           FROM ${log} AS log WHERE EXISTS (SELECT FROM ${stage} AS stage WHERE ${sameKey(target.key, 'stage', 'log')})
          ORDER BY ${target.key.map((name) => `log.${identifier(name)}`).join(', ')}, log.${SEQUENCE} DESC`;
  return `SELECT ${columns} FROM ${stage} EXCEPT ALL (${versions})`;
}

/** Adds the rows of a query to a change log, as those of one commit; `sequence` is an expression. */
export function insertVersions(
  log: string,
  target: TargetTable,
  rows: { readonly select: string; readonly sequence: string },
  { run }: Commit,
): string {
  const stamps = `${rows.sequence}, ${literal(run.runId)}, ${literal(run.finishedAt)}::timestamptz`;
  return `INSERT INTO ${log} (${columnList(target.columns)}, ${SEQUENCE}, _tidemark_run_id, _tidemark_loaded_at)
          SELECT ${columnList(target.columns)}, ${stamps} FROM (${rows.select}) AS versions`;
}
