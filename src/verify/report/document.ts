import type { IndexDefinition, IndexPart } from '../../schema/index-definition.ts';
import type { BenchmarkResult, Measurement } from '../benchmark/benchmark-result.ts';
import { slowdown, type WriteCostResult } from '../benchmark/write-cost-result.ts';
import { findChanges, readsBetween } from '../history/changes.ts';
import { type IndexFinding, actualIndex, recordedIndex, subjectIndex } from '../index-finding.ts';
import { indexState } from '../index-state.ts';
import { type PlanFinding, planAccess } from '../plans/plan-finding.ts';
import { type Problem, databaseProblems, indexProblems } from '../problems.ts';
import { type Summary, summarize } from '../summary.ts';
import type { DatabaseVerification, Verification } from '../verification.ts';

/** The JSON document of a verification. Times are ISO 8601 UTC, durations are seconds. */
export function toDocument(verification: Verification) {
  return {
    command: 'verify',
    startedAt: verification.startedAt,
    seconds: verification.seconds,
    toolVersion: verification.toolVersion,
    summary: summarize(verification) satisfies Summary,
    databases: verification.databases.map(databaseDocument),
  };
}

function databaseDocument(verification: DatabaseVerification) {
  return {
    database: verification.database,
    schema: verification.schema,
    server: verification.server,
    indexes: verification.indexes.map((finding) => indexDocument(finding, verification.database)),
    plans: verification.plans.map(planDocument),
    benchmark: verification.benchmark.map(benchmarkDocument),
    writeCost: verification.writeCost.map(writeCostDocument),
    usage: usageDocument(verification),
    problems: databaseProblems(verification).map(problemDocument),
    recording: verification.recording,
    comparedWith: verification.previous?.at ?? null,
    changes: verification.previous === null ? [] : findChanges(verification.previous, verification.record),
  };
}

function indexDocument(finding: IndexFinding, database: string) {
  const recorded = recordedIndex(finding);
  const actual = actualIndex(finding);
  const { table, name } = subjectIndex(finding);
  const expected =
    finding.kind === 'edited' ? (finding.recorded.edited ?? null) : (recorded?.definition ?? null);
  return {
    table,
    index: name,
    state: indexState(finding),
    migration: recorded?.migration ?? null,
    ledgerState: recorded?.state ?? null,
    expected: expected === null ? null : definitionDocument(expected),
    actual: actual === null ? null : definitionDocument(actual),
    differences: differencesOf(finding),
    problems: indexProblems(finding, database).map(({ severity, rule, message, mend }) => ({
      severity,
      rule,
      message,
      mend,
    })),
  };
}

function differencesOf(finding: IndexFinding): readonly string[] {
  switch (finding.kind) {
    case 'changed':
      return finding.differences;
    case 'edited':
      return ['migration file', ...finding.differences];
    case 'hidden':
      return ['visibility'];
    case 'unrecorded':
      return finding.reason.kind === 'differs-from-baseline' ? finding.reason.differences : [];
    case 'ok':
    case 'missing':
    case 'orphan':
      return [];
  }
}

function definitionDocument({ parts, unique, type, visible, comment }: IndexDefinition) {
  return { columns: parts.map(partDocument), unique, type, visible, comment };
}

function partDocument(part: IndexPart) {
  return part.kind === 'column'
    ? { name: part.name, length: part.length, descending: part.descending }
    : { name: null, expression: part.expression, length: null, descending: part.descending };
}

function planDocument(finding: PlanFinding) {
  const access = planAccess(finding);
  return {
    table: finding.table,
    query: finding.query,
    expectedIndex: finding.expectedIndex,
    usedIndex: access?.index ?? null,
    access: access?.access ?? null,
    rowsEstimated: access?.rowsEstimated ?? null,
    ok: finding.kind === 'served' || finding.kind === 'nothing-to-read',
    state: finding.kind,
    reason: 'reason' in finding ? finding.reason : null,
  };
}

function benchmarkDocument(result: BenchmarkResult) {
  const { withIndex, withoutIndex } = result;
  const measured = withoutIndex.kind === 'measured' ? withoutIndex : null;
  return {
    table: result.table,
    index: result.index,
    rows: result.rows,
    withIndexSeconds: withIndex.seconds.median,
    withoutIndexSeconds: measured?.seconds.median ?? null,
    rowsReadWith: withIndex.rowsRead,
    rowsReadWithout: measured?.rowsRead ?? null,
    withIndex: measurementDocument(withIndex),
    withoutIndex:
      withoutIndex.kind === 'measured'
        ? measurementDocument(withoutIndex)
        : { stoppedAfterSeconds: withoutIndex.afterSeconds },
  };
}

function measurementDocument({ seconds, rowsRead }: Measurement) {
  return { seconds, rowsRead };
}

function writeCostDocument(result: WriteCostResult) {
  if (result.kind === 'skipped') return { table: result.table, skipped: result.reason };
  const rates = (kind: 'insert' | 'update') => ({
    rowsPerSecondWith: result[kind].withIndexes,
    rowsPerSecondWithout: result[kind].withoutIndexes,
    slowdown: slowdown(result[kind]),
  });
  const { table, indexes, rows } = result;
  return { table, indexes, rows, insert: rates('insert'), update: rates('update') };
}

/** One line per index that a migration stands for; `reads` is null where nothing was counted, which is not zero. */
function usageDocument({ indexes, usage, previous, record }: DatabaseVerification) {
  if (usage === null) return [];
  const there = indexes.filter((finding) => finding.kind !== 'missing' && recordedIndex(finding) !== null);
  return there.map((finding) => {
    const { table, name: index } = subjectIndex(finding);
    if (usage.kind === 'unavailable') {
      return { table, index, reads: null, source: 'unavailable', reason: usage.reason, mend: usage.mend };
    }
    const counted = usage.reads.find((entry) => entry.table === table && entry.index === index);
    return {
      table,
      index,
      reads: counted?.reads ?? 0,
      source: usage.source,
      since: usage.since,
      readsSincePrevious: previous === null ? null : readsBetween(previous, record, { table, index }),
    };
  });
}

function problemDocument({ severity, rule, table, index, message, mend }: Problem) {
  return { severity, rule, table, index, message, mend };
}
