import { writtenTableName, type TablePrefix } from '../../config/database-config.ts';
import type { Database } from '../../databases/database.ts';
import type { ExtractedTable } from '../../pipeline/source/load-tables.ts';
import { keyOf } from '../../pipeline/source/table-indexes.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { groupBy } from '../../schema/group-by.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import { findColumn, type TableInfo } from '../../schema/introspect-tables.ts';
import { findApplications } from '../applications/application.ts';
import { APPLICATIONS } from '../applications/index.ts';
import type { SchemaFacts, TableFacts } from '../facts.ts';
import { readCardinalities } from '../inspect/leading-values.ts';
import { readTables } from '../inspect/read-tables.ts';
import { chooseIndex } from './choose-index.ts';
import { planTable, requestOf } from './plan-table.ts';
import type { Choice, Proposal, TableProposal } from './proposal.ts';
import { proposeTable } from './propose-table.ts';
import { SKIP_SCAN_ROWS } from './skip-scan.ts';

/** What a project's files say of the database already. */
export interface KnownFiles {
  readonly entries: readonly ExtractedTable[];
  /** Names, in the database, of the tables that the table file leaves out. */
  readonly leftOut: ReadonlySet<string>;
  /** What migration files declare. */
  readonly indexes: readonly IndexDefinition[];
  readonly tablePrefix: TablePrefix | null;
}

/** Proposes for each table and view of a schema how to move it, or why not. Reads only. */
export async function propose(database: Database, schema: SchemaFacts, files: KnownFiles): Promise<Proposal> {
  const applications = findApplications(
    APPLICATIONS,
    schema.tables.map(({ name }) => name),
  );
  const indexes = groupBy(schema.indexes, ({ table }) => table);
  const declared = groupBy(files.indexes, ({ table }) => table);
  const factsOf = (table: TableInfo): TableFacts => ({ table, indexes: indexes.get(table.name) ?? [] });
  const entryOf = (name: string) => files.entries.find((entry) => entry.name === name) ?? null;
  const isListed = ({ name }: TableInfo) => entryOf(name) !== null || files.leftOut.has(name);
  const own = schema.tables.filter(({ name }) => !name.startsWith('tidemark_'));

  const plans = own
    .filter((table) => !isListed(table))
    .map((table) => planTable(factsOf(table), applications));
  const examined = plans.flatMap((plan) => (plan.kind === 'examine' ? [plan] : []));
  const readings = await readTables(database, schema, examined.map(requestOf));
  const large = examined.filter(({ facts }) => facts.table.rowsEstimate >= SKIP_SCAN_ROWS);
  const cardinalities = await cardinalitiesOf(
    database,
    schema,
    large.map(({ facts }) => facts.table.name),
  );
  const renamed = namesInSink(own, files.entries);

  const proposals = plans.map((plan): TableProposal => {
    const { table } = plan.facts;
    if (plan.kind === 'leave-out') return bare(table, { kind: 'leave-out', reason: plan.reason });
    return proposeTable(plan, {
      schema,
      reading: readings.get(table.name)!,
      cardinalities,
      declared: declared.get(table.name) ?? [],
      written: writtenTableName(files.tablePrefix, table.name),
      as: renamed.get(table.name) ?? null,
    });
  });
  const listed = own.filter(isListed).map((table): TableProposal => {
    const entry = entryOf(table.name);
    return bare(table, listedChoice(factsOf(table), entry, declared.get(table.name) ?? [], schema));
  });
  return {
    database: schema.database,
    schema: schema.schema,
    server: schema.server.label,
    applications: applications.map(({ application, prefix }) =>
      prefix === '' ? application.name : `${application.name} (${prefix}…)`,
    ),
    tables: [...proposals, ...listed].toSorted((left, right) => (left.table < right.table ? -1 : 1)),
  };
}

async function cardinalitiesOf(database: Database, schema: SchemaFacts, tables: readonly string[]) {
  if (tables.length === 0) return [];
  await using session = await database.session();
  return await readCardinalities(session, schema, tables);
}

function bare(table: TableInfo, choice: Choice): TableProposal {
  return {
    table: table.name,
    rows: table.rowsEstimate,
    bytes: table.dataBytes + table.indexBytes,
    evidence: [],
    warnings: [],
    choice,
  };
}

/** What a table file says already is not judged; only its index may be missing. */
function listedChoice(
  facts: TableFacts,
  entry: ExtractedTable | null,
  declared: readonly IndexDefinition[],
  schema: SchemaFacts,
): Choice {
  if (entry === null) return { kind: 'listed', spec: null, index: null };
  const { spec } = entry;
  if (!isWatermark(spec)) return { kind: 'listed', spec, index: null };
  const cursor = findColumn(facts.table, spec.cursor)?.name;
  const leading = (spec.skipScan ?? []).map((name) => findColumn(facts.table, name)?.name ?? name);
  const key = keyOf(facts.table, facts.indexes);
  const index =
    cursor === undefined
      ? null
      : chooseIndex({ facts, key, cursor, leading, name: spec.index, declared }, schema);
  return { kind: 'listed', spec, index };
}

/** Names for tables that a sink could not tell from others: it does not know `Foo` from `foo`. */
function namesInSink(
  tables: readonly TableInfo[],
  entries: readonly ExtractedTable[],
): ReadonlyMap<string, string> {
  const listed = new Set(entries.map(({ name }) => name));
  const taken = new Set(entries.map(({ target }) => target.toLowerCase()));
  const names = new Map<string, string>();
  // In an order of our own: servers sort by the collation of their dictionary.
  for (const name of tables.map((table) => table.name).toSorted()) {
    if (listed.has(name)) continue;
    let target = name;
    for (let number = 2; taken.has(target.toLowerCase()); number += 1) target = `${name}_${number}`;
    taken.add(target.toLowerCase());
    if (target !== name) names.set(name, target);
  }
  return names;
}
