import { changing } from '../../pipeline/compare/cascades.ts';
import { columnTypeOf } from '../../pipeline/source/column-type-of.ts';
import { extractedTable } from '../../pipeline/source/load-tables.ts';
import { resolveTable } from '../../pipeline/source/resolve-table.ts';
import { keyOf, type TableKey } from '../../pipeline/source/table-indexes.ts';
import {
  isWatermark,
  type TableSpec,
  type WatermarkSpec,
  type WholeSpec,
} from '../../pipeline/source/table-spec.ts';
import type { ForeignKeyClause } from '../../schema/foreign-key-clauses.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { SchemaFacts, TableReading } from '../facts.ts';
import type { IndexCardinality } from '../inspect/leading-values.ts';
import type { Candidate } from './candidates.ts';
import { asIntrospected, chooseIndex } from './choose-index.ts';
import { chooseStrategy, type CursorSees } from './choose-strategy.ts';
import { type Judgement, judgeCursor } from './judge-cursor.ts';
import type { TablePlan } from './plan-table.ts';
import { type Choice, indexName, type ProposedIndex, type TableProposal } from './proposal.ts';
import { findSkipScan } from './skip-scan.ts';

/** What else a proposal is made from. */
export interface ProposalPlace {
  readonly schema: SchemaFacts;
  readonly reading: TableReading;
  readonly cardinalities: readonly IndexCardinality[];
  /** Indexes of this table that migration files declare. */
  readonly declared: readonly IndexDefinition[];
  /** The table's name as the project's files write it, and its name in the sink where that is another one. */
  readonly written: string;
  readonly as: string | null;
}

type Examined = TablePlan & { readonly kind: 'examine' };

/** A cursor that can be used, with its index. */
interface Usable {
  readonly candidate: Candidate;
  readonly judgement: Judgement & { readonly kind: 'usable' };
  readonly index: ProposedIndex;
  readonly skipScan: readonly string[];
}

export function proposeTable(plan: Examined, place: ProposalPlace): TableProposal {
  const { table } = plan.facts;
  const about = { table: table.name, rows: table.rowsEstimate, bytes: table.dataBytes + table.indexBytes };
  const without = (choice: Choice, evidence: readonly string[] = []): TableProposal => ({
    ...about,
    evidence,
    warnings: [],
    choice,
  });
  const { reading } = place;
  if (reading.kind === 'refused') return without({ kind: 'leave-out', reason: reading.reason });
  const key = keyOf(table, plan.facts.indexes);
  const rejected: string[] = [];
  const usable = firstUsable(plan, key, place, rejected);
  const sees: CursorSees = usable?.judgement.sees ?? 'nothing';
  const strategy = chooseStrategy(table, {
    sees,
    appendOnly: plan.candidates.appendOnly,
    hasKey: key.index !== null,
  });
  if (usable === null || strategy !== 'watermark') {
    const why = [reasonFor(plan, key), ...rejected, ...evidenceOfKeys(reading.foreignKeys)];
    const wanted = {
      ...entryOf(plan, place),
      strategy: strategy === 'compare' ? 'compare' : 'full',
    } as const;
    const unfit = wanted.strategy === 'compare' ? faultsOf(wanted, [], plan, place) : [];
    const spec: WholeSpec = unfit.length === 0 ? wanted : { ...wanted, strategy: 'full' };
    const faults = faultsOf(spec, [], plan, place);
    if (faults.length > 0) return without({ kind: 'leave-out', reason: faults.join('; ') });
    return without({ kind: 'move-whole', spec }, [...why, ...unfit]);
  }
  const { candidate, judgement, index, skipScan } = usable;
  return {
    ...about,
    evidence: [
      ...judgement.evidence,
      ...rejected,
      ...evidenceOfIndex(usable),
      ...evidenceOfKeys(reading.foreignKeys),
    ],
    warnings: [
      ...judgement.warnings,
      ...(judgement.sees === 'changes' ? cascadeWarnings(reading.foreignKeys) : []),
      ...(index.kind === 'build' && index.ddl === 'blocking'
        ? ['its writers wait while the index is built (online: false)']
        : []),
    ],
    choice: { kind: 'move', spec: specOf(plan, place, candidate, judgement, index, skipScan), index },
  };
}

function firstUsable(plan: Examined, key: TableKey, place: ProposalPlace, rejected: string[]): Usable | null {
  const { table } = plan.facts;
  if (table.kind === 'view') return null;
  for (const candidate of plan.candidates.cursors) {
    const judgement = judgeCursor(candidate, {
      reading: place.reading,
      known: plan.known,
      utc: plan.utc,
      created: plan.candidates.created?.name ?? null,
      appendOnly: plan.candidates.appendOnly,
      clock: place.schema.clock,
    });
    if (judgement.kind === 'unusable') {
      rejected.push(judgement.reason);
      continue;
    }
    const cursor = candidate.column.name;
    const request = { facts: plan.facts, key, cursor, leading: [], name: null, declared: place.declared };
    const direct = chooseIndex(request, place.schema);
    const skip =
      direct?.kind === 'build' ? findSkipScan(plan.facts, { cursor, key }, place.cardinalities) : null;
    const index: ProposedIndex | null = skip === null ? direct : { kind: 'exists', name: skip.index };
    if (index === null) {
      rejected.push(`${cursor} has no index, and ${table.engine ?? 'the engine'} builds none over it`);
      continue;
    }
    const skipScan = skip?.leading ?? [];
    const planned = index.kind === 'build' ? [index.definition] : place.declared;
    const spec = specOf(plan, place, candidate, judgement, index, skipScan);
    const faults = faultsOf(spec, planned, plan, place);
    if (faults.length === 0) return { candidate, judgement, index, skipScan };
    rejected.push(...faults);
  }
  return null;
}

/** What an entry says of a table, however it is moved. */
function entryOf(
  { facts }: Examined,
  { written, as }: ProposalPlace,
): Pick<TableSpec, 'table' | 'as' | 'exclude'> {
  const exclude = facts.table.columns.filter(
    (candidate) => columnTypeOf(candidate, 'null') === null || /^_tidemark_/i.test(candidate.name),
  );
  return {
    table: written,
    ...(as === null ? {} : { as }),
    ...(exclude.length === 0 ? {} : { exclude: exclude.map(({ name }) => name) }),
  };
}

function specOf(
  plan: Examined,
  place: ProposalPlace,
  { column }: Candidate,
  { options }: Judgement & { readonly kind: 'usable' },
  index: ProposedIndex,
  skipScan: readonly string[],
): WatermarkSpec {
  const { exclude, ...named } = entryOf(plan, place);
  return {
    ...named,
    cursor: column.name,
    index: indexName(index),
    ...(skipScan.length === 0 ? {} : { skipScan }),
    ...options,
    ...(exclude === undefined ? {} : { exclude }),
  };
}

/** What the extraction itself would say against a table, with its planned indexes in place: what is written can be run. */
function faultsOf(
  spec: TableSpec,
  planned: readonly IndexDefinition[],
  { facts }: Examined,
  { schema }: ProposalPlace,
): readonly string[] {
  const resolved = resolveTable(
    { ...extractedTable(spec, null), name: facts.table.name },
    {
      table: facts.table,
      indexes: [...facts.indexes, ...planned.map(asIntrospected)],
      tableNames: [],
      serverTimeZone: schema.clock.timeZone,
    },
    { database: schema.database, schema: schema.schema, server: schema.server },
  );
  if (resolved.kind === 'resolved') {
    return isWatermark(spec) && resolved.table.index === null ? [`${spec.cursor} is served by no index`] : [];
  }
  const prefix = `${schema.database}.${facts.table.name}: `;
  return resolved.faults.map((fault) => fault.replace(prefix, ''));
}

/** Why no cursor is enough. */
function reasonFor({ facts: { table } }: Examined, key: TableKey): string {
  if (table.kind === 'view') return 'a view, which no index can serve';
  return key.index === null ? 'no key tells its rows apart' : 'no column says when a row changed';
}

function evidenceOfIndex({ index, skipScan, candidate: { column } }: Usable): readonly string[] {
  switch (index.kind) {
    case 'exists':
      return skipScan.length === 0
        ? [`served by ${index.name}, which is there`]
        : [`served by ${index.name}, which is there, value by value of ${skipScan.join(', ')}`];
    case 'declared':
      return [`served by ${index.name}, which a migration declares`];
    case 'build':
      return [`each insert and each change of ${column.name} will write one more index entry`];
  }
}

function evidenceOfKeys(foreignKeys: readonly ForeignKeyClause[]): readonly string[] {
  const tables = [...new Set(foreignKeys.map(({ references }) => references))];
  return tables.length === 0 ? [] : [`references ${tables.join(', ')}`];
}

function cascadeWarnings(foreignKeys: readonly ForeignKeyClause[]): readonly string[] {
  return changing(foreignKeys).map(
    ({ constraint, actions }) =>
      `${constraint} (${actions}) changes rows without moving the cursor: reconcile finds them`,
  );
}
