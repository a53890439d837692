import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';

/** Says what partitions mean for an index, and refuses a unique one without the partitioning columns (error 1503). */
export async function partitionsKnown(subject: PreflightSubject): Promise<readonly Finding[]> {
  const partitioned = subject.candidates.filter(
    ({ definition }) => subject.inspection.tables.get(definition.table)?.partitioned === true,
  );
  const findings: Finding[] = [];
  for (const candidate of partitioned) {
    const table = subject.inspection.tables.get(candidate.definition.table)!;
    findings.push(await judge(candidate, table, subject));
  }
  return findings;
}

async function judge(
  { migration, definition }: Candidate,
  table: TableInfo,
  subject: PreflightSubject,
): Promise<Finding> {
  const about = { check: 'partitions-known', migration: migration.name } as const;
  if (!definition.unique) {
    const message = `${table.name} is partitioned: index ${definition.name} is built in each partition, and a search without the partitioning column reads all of them`;
    return { ...about, severity: 'note', message, hint: null };
  }
  const columns = await partitioningColumns(table, subject);
  const missing = columns.filter((column) => !hasWhole(definition, column));
  if (missing.length === 0) {
    const message = `${table.name} is partitioned: unique index ${definition.name} holds for all partitions, since it has the partitioning columns`;
    return { ...about, severity: 'note', message, hint: null };
  }
  return {
    ...about,
    severity: 'refuse',
    message: `${table.name} is partitioned by (${columns.join(', ')}): a unique index must have all of these columns whole, and ${definition.name} lacks ${missing.join(', ')}`,
    hint: `add ${missing.join(', ')} to its columns, or make it an index that is not unique`,
  };
}

function hasWhole({ parts }: IndexDefinition, column: string): boolean {
  return parts.some(
    (part) =>
      part.kind === 'column' && part.length === null && part.name.toLowerCase() === column.toLowerCase(),
  );
}

/** The columns that decide in which partition and subpartition a row is. */
async function partitioningColumns(
  { name: table, columns, primaryKey }: TableInfo,
  { session, database }: PreflightSubject,
): Promise<readonly string[]> {
  const [row] = await session.query<{
    readonly method: string;
    readonly byKey: number;
    readonly expression: string;
  }>(
    `SELECT PARTITION_METHOD AS method,
            (PARTITION_METHOD LIKE '%KEY' AND COALESCE(PARTITION_EXPRESSION, '') = '')
              OR (COALESCE(SUBPARTITION_METHOD, '') LIKE '%KEY' AND COALESCE(SUBPARTITION_EXPRESSION, '') = '') AS byKey,
            CONCAT_WS(',', PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION) AS expression
       FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? LIMIT 1`,
    [database.schema, table],
  );
  // The server adds the end of a row's life to each unique index itself.
  if (row === undefined || row.method === 'SYSTEM_TIME') return [];
  const quoted = [...row.expression.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) =>
    name!.replaceAll('``', '`'),
  );
  const words = quoted.length > 0 ? quoted : (row.expression.match(/[\p{L}\p{N}_$]+/gu) ?? []);
  const named = new Set(words.map((word) => word.toLowerCase()));
  // Without columns of its own, KEY () takes the primary key's.
  const byKey = new Set(row.byKey === 1 ? primaryKey : []);
  return columns
    .map((column) => column.name)
    .filter((column) => byKey.has(column) || named.has(column.toLowerCase()));
}
