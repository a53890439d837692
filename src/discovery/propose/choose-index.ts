import { servingIndex, type TableKey } from '../../pipeline/source/table-indexes.ts';
import { estimateIndexBytes } from '../../schema/estimate-index.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import { columnBytes } from '../../schema/key-length.ts';
import type { SchemaFacts, TableFacts } from '../facts.ts';
import type { DdlClass, ProposedIndex } from './proposal.ts';

/** Engines that build a B-tree over any column. */
const BUILDERS = new Set(['innodb', 'myisam', 'aria', 'rocksdb']);
const LONGEST_NAME = 64;
/** Safe for every engine and row format. */
const LONGEST_KEY_BYTES = 767;

/** What an index is to serve. */
export interface IndexRequest {
  readonly facts: TableFacts;
  readonly key: TableKey;
  readonly cursor: string;
  /** Columns that it has before the cursor. */
  readonly leading: readonly string[];
  /** The name that a table file has for it; null to choose one. */
  readonly name: string | null;
  /** Indexes of this table that migration files declare. */
  readonly declared: readonly IndexDefinition[];
}

/**
 * The index that serves a cursor: one that is there, one that a migration declares, or one to build; null where the
 * table's engine cannot have it.
 */
export function chooseIndex(
  request: IndexRequest,
  schema: Pick<SchemaFacts, 'server' | 'galera'>,
): ProposedIndex | null {
  const { facts, key, cursor, leading, declared } = request;
  const { table, indexes } = facts;
  const wanted = { leading, cursor, key };
  const serving = (candidates: readonly IntrospectedIndex[]) =>
    servingIndex(request.name ?? '', wanted, { table, server: schema.server, indexes: candidates });
  const existing = serving(indexes);
  if (existing !== null) return { kind: 'exists', name: existing.name };
  const planned = declared.map(asIntrospected);
  const fromFile = serving([...indexes, ...planned]);
  if (fromFile !== null) return { kind: 'declared', name: fromFile.name };
  if (!BUILDERS.has(table.engine?.toLowerCase() ?? '')) return null;

  const name = request.name ?? freeName(cursor, [...indexes, ...declared]);
  if (isTaken(name, [...indexes, ...declared])) return null;
  const narrow = definition(table.name, name, [...leading, cursor]);
  const wide = definition(table.name, name, [
    ...leading,
    cursor,
    ...key.columns.filter((column) => column !== cursor && !leading.includes(column)),
  ]);
  const tiesOrdered = serving([...indexes, asIntrospected(narrow)])?.tiesOrdered ?? false;
  const chosen = tiesOrdered || !fits(wide, facts) ? narrow : wide;
  return {
    kind: 'build',
    definition: chosen,
    bytes: estimateIndexBytes(chosen, table),
    ddl: ddlClass(facts, schema),
  };
}

export function asIntrospected(index: IndexDefinition): IntrospectedIndex {
  return { ...index, primary: false, hash: false };
}

function ddlClass({ table }: TableFacts, { galera }: Pick<SchemaFacts, 'galera'>): DdlClass {
  if (table.engine?.toLowerCase() !== 'innodb' || galera) return 'blocking';
  return table.partitioned ? 'partitioned' : 'online';
}

function definition(table: string, name: string, columns: readonly string[]): IndexDefinition {
  return {
    table,
    name,
    parts: columns.map((column) => ({ kind: 'column', name: column, length: null, descending: false })),
    unique: false,
    type: 'BTREE',
    visible: true,
    comment: '',
  };
}

function fits({ parts }: IndexDefinition, { table }: TableFacts): boolean {
  const columns = parts.flatMap((part) =>
    part.kind === 'column' ? (table.columns.find(({ name }) => name === part.name) ?? []) : [],
  );
  const bytes = columns.reduce((sum, column) => sum + columnBytes(column, null), 0);
  return bytes <= LONGEST_KEY_BYTES && !columns.some(({ dataType }) => /text$|blob$/.test(dataType));
}

function freeName(cursor: string, taken: readonly IndexDefinition[]): string {
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `_${number}`;
    const name = `idx_${cursor}`.slice(0, LONGEST_NAME - suffix.length).trimEnd() + suffix;
    if (!isTaken(name, taken)) return name;
  }
}

function isTaken(name: string, indexes: readonly IndexDefinition[]): boolean {
  return indexes.some((index) => index.name.toLowerCase() === name.toLowerCase());
}
