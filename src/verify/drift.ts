import { differences, equivalent } from '../schema/compare-indexes.ts';
import type { IndexDefinition } from '../schema/index-definition.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import type { BaselineIndex } from './baseline.ts';
import type { IndexFinding, RecordedIndex, UnrecordedReason } from './index-finding.ts';
import { findRemarks } from './redundancy.ts';

export interface DriftInput {
  readonly recorded: readonly RecordedIndex[];
  /** Every index of the schema. */
  readonly actual: readonly IntrospectedIndex[];
  /** Indexes that the application owns. */
  readonly baseline: readonly BaselineIndex[];
  /** By table, the primary key's columns. */
  readonly primaryKeys: ReadonlyMap<string, readonly string[]>;
  /** Also look at indexes of other names than `idx_…` and at tables without a migration. */
  readonly strict: boolean;
}

/** The names that migrations give their indexes by convention: on their tables, another one of these is a stray. */
const OWN_NAME = /^idx_/i;
const OWN_TABLE = /^tidemark_/;

/** Compares what is recorded with what the server has: one finding per index, in the order of migrations, strays last. */
export function findDrift(input: DriftInput): readonly IndexFinding[] {
  const { recorded, actual, primaryKeys } = input;
  const present = new Map(actual.map((index) => [identity(index), index]));
  // A run that broke off may leave a row whose index and file are both gone: nothing is expected of it.
  const expected = recorded.filter(
    ({ inPlace, file, definition }) => inPlace || file !== null || present.has(identity(definition)),
  );
  const findings = expected.map((item): IndexFinding => {
    const found = present.get(identity(item.definition)) ?? null;
    if (found === null) return missing(item, actual);
    return { ...judge(item, found), remarks: findRemarks(found, actual, primaryKeys.get(found.table) ?? []) };
  });
  return [...findings, ...findStrays(input)];
}

/** Two indexes are the same one if they have the name in the same table; MySQL compares index names without case. */
function identity(index: Pick<IndexDefinition, 'table' | 'name'>): string {
  return `${index.table}\n${index.name.toLowerCase()}`;
}

function missing(recorded: RecordedIndex, actual: readonly IndexDefinition[]): IndexFinding {
  const same = actual.find((index) => equivalent(recorded.definition, index));
  return { kind: 'missing', recorded, equivalent: same?.name ?? null, remarks: [] };
}

type Judgement =
  Exclude<IndexFinding, { kind: 'missing' }> extends infer Finding
    ? Finding extends IndexFinding
      ? Omit<Finding, 'remarks'>
      : never
    : never;

/** The state of an index that is there: the first that applies, the most urgent first. */
function judge(recorded: RecordedIndex, actual: IndexDefinition): Judgement {
  const found = differences(recorded.definition, actual);
  const onlyHidden = found.every((difference) => difference === 'visibility') && !actual.visible;
  if (found.length > 0 && !onlyHidden) return { kind: 'changed', recorded, actual, differences: found };
  if (recorded.state === 'pending') {
    return { kind: 'unrecorded', actual, reason: { kind: 'pending', recorded } };
  }
  if (!recorded.inPlace) return { kind: 'unrecorded', actual, reason: { kind: 'unfinished', recorded } };
  if (!actual.visible) return { kind: 'hidden', recorded, actual };
  if (recorded.file === null) return { kind: 'orphan', recorded, actual };
  if (recorded.edited !== null) {
    return { kind: 'edited', recorded, actual, differences: differences(recorded.edited, actual) };
  }
  return { kind: 'ok', recorded, actual };
}

function findStrays(input: DriftInput): readonly IndexFinding[] {
  const { recorded, actual, baseline, primaryKeys, strict } = input;
  const known = new Set(recorded.map(({ definition }) => identity(definition)));
  const tables = new Set(recorded.map(({ definition }) => definition.table));
  return actual
    .filter((index) => !index.primary && !OWN_TABLE.test(index.table) && !known.has(identity(index)))
    .filter((index) => strict || (tables.has(index.table) && OWN_NAME.test(index.name)))
    .flatMap((index): readonly IndexFinding[] => {
      const reason = strayReason(index, baseline);
      if (reason === null) return [];
      const remarks = findRemarks(index, actual, primaryKeys.get(index.table) ?? []);
      return [{ kind: 'unrecorded', actual: index, reason, remarks }];
    });
}

function strayReason(index: IntrospectedIndex, baseline: readonly BaselineIndex[]): UnrecordedReason | null {
  const owned = baseline.find((candidate) => identity(candidate) === identity(index));
  if (owned === undefined) return { kind: 'stray' };
  const found = differences(owned, index);
  return found.length === 0 ? null : { kind: 'differs-from-baseline', differences: found };
}
