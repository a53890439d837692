import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { TableInfo } from '../../schema/introspect-tables.ts';
import { readDictionary } from '../../schema/read-dictionary.ts';
import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';

/** Says what partitions mean for an index, and refuses a unique one without the partitioning columns (error 1503). */
export async function partitionsKnown(subject: PreflightSubject): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const candidate of subject.candidates) {
    const table = subject.inspection.tables.get(candidate.definition.table);
    if (table === undefined) continue;
    const partitions = await readPartitions(table, subject);
    if (partitions === null) continue;
    if (candidate.definition.unique) findings.push(...judgeUnique(candidate, table, partitions));
    else findings.push(noteOf(candidate));
  }
  return findings;
}

function noteOf({ migration, definition: { table, name } }: Candidate): Finding {
  return {
    severity: 'note',
    check: 'partitions-known',
    migration: migration.name,
    message: `${table} is partitioned: index ${name} is built in each partition, and a search without the partitioning column reads all of them`,
    hint: null,
  };
}

function judgeUnique(
  { migration, definition }: Candidate,
  table: TableInfo,
  partitions: PartitionRow,
): readonly Finding[] {
  const columns = partitioningColumns(table, partitions);
  const missing = columns.filter((column) => !hasWhole(definition, column));
  if (missing.length === 0) return [];
  return [
    {
      severity: 'refuse',
      check: 'partitions-known',
      migration: migration.name,
      message: `${table.name} is partitioned by (${columns.join(', ')}): a unique index must have all of these columns whole, and ${definition.name} lacks ${missing.join(', ')}`,
      hint: `add ${missing.join(', ')} to its columns, or make it an index that is not unique`,
    },
  ];
}

function hasWhole({ parts }: IndexDefinition, column: string): boolean {
  return parts.some(
    (part) =>
      part.kind === 'column' && part.length === null && part.name.toLowerCase() === column.toLowerCase(),
  );
}

/**
 * How a table is partitioned; null where it is not. Asked of the partitions themselves: to MySQL's CREATE_OPTIONS, a table
 * that is partitioned by `KEY ()` is none.
 */
async function readPartitions(
  { name }: TableInfo,
  { session, database }: PreflightSubject,
): Promise<PartitionRow | null> {
  const [row] = await readDictionary<PartitionRow>(
    session,
    database.server,
    `SELECT PARTITION_METHOD AS method, PARTITION_EXPRESSION AS expression,
            SUBPARTITION_METHOD AS subMethod, SUBPARTITION_EXPRESSION AS subExpression
       FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? LIMIT 1`,
    [database.schema, name],
  );
  return row === undefined || row.method === null ? null : row;
}

/** The columns that decide in which partition and subpartition a row is. */
function partitioningColumns({ columns, primaryKey }: TableInfo, row: PartitionRow): readonly string[] {
  // By SYSTEM_TIME, the server adds the end of a row's life to each unique index itself.
  if (row.method === 'SYSTEM_TIME') return [];
  const named = [row.expression, row.subExpression].flatMap(columnNames);
  const byPrimaryKey = isBareKey(row.method, row.expression) || isBareKey(row.subMethod, row.subExpression);
  const partitioning = new Set(
    [...named, ...(byPrimaryKey ? primaryKey : [])].map((name) => name.toLowerCase()),
  );
  return columns.map(({ name }) => name).filter((name) => partitioning.has(name.toLowerCase()));
}

// A type alias: an interface is no `Row`, for it could be extended.
type PartitionRow = {
  readonly method: string | null;
  readonly expression: string | null;
  readonly subMethod: string | null;
  readonly subExpression: string | null;
};

/** `KEY ()`, which takes the columns of the primary key. */
function isBareKey(method: string | null, expression: string | null): boolean {
  return method?.endsWith('KEY') === true && (expression ?? '') === '';
}

/** The identifiers in an expression, which the servers quote. */
function columnNames(expression: string | null): readonly string[] {
  return [...(expression ?? '').matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) => name!.replaceAll('``', '`'));
}
