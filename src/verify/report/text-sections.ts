import type { BenchmarkResult } from '../benchmark/benchmark-result.ts';
import { PROMISED_SLOWDOWN, type WriteCostResult, slowdown } from '../benchmark/write-cost-result.ts';
import { readsBetween } from '../history/changes.ts';
import { recordedIndex, subjectIndex } from '../index-finding.ts';
import { type PlanFinding, planAccess } from '../plans/plan-finding.ts';
import type { DatabaseVerification } from '../verification.ts';
import { type TextStyle, formatKnown, formatFactor, formatPercent, formatQueryTime } from './format.ts';

/** One line per query of the extraction. */
export function renderPlans(plans: readonly PlanFinding[], style: TextStyle): readonly string[] {
  if (plans.length === 0) return [];
  const rows = plans.map((plan) => [
    plan.table,
    plan.expectedIndex,
    planAccess(plan)?.index ?? '-',
    planAccess(plan)?.access ?? '-',
    formatKnown(planAccess(plan)?.rowsEstimated ?? null),
    describePlan(plan, style),
  ]);
  return section(
    'plans of the extraction',
    [['table', 'expected', 'used', 'access', 'rows', ''], ...rows],
    style,
  );
}

/** With and without the index, the median of the runs. */
export function renderBenchmark(results: readonly BenchmarkResult[], style: TextStyle): readonly string[] {
  if (results.length === 0) return [];
  const rows = results.map(({ table, index, rows: returned, withIndex, withoutIndex }) => {
    const stopped = withoutIndex.kind === 'stopped';
    const factor = stopped
      ? `more than ${formatFactor(withoutIndex.afterSeconds / withIndex.seconds.median)}`
      : formatFactor(withoutIndex.seconds.median / withIndex.seconds.median);
    return [
      table,
      index,
      formatKnown(returned),
      formatQueryTime(withIndex.seconds.median),
      stopped
        ? `> ${formatQueryTime(withoutIndex.afterSeconds)}`
        : formatQueryTime(withoutIndex.seconds.median),
      factor,
      formatKnown(withIndex.rowsRead),
      stopped ? '-' : formatKnown(withoutIndex.rowsRead),
    ];
  });
  const header = ['table', 'index', 'rows', 'with', 'without', 'faster', 'read with', 'read without'];
  return section('one incremental query, with its index and without', [header, ...rows], style);
}

/** Single-row writes with and without the migrated indexes. */
export function renderWriteCost(results: readonly WriteCostResult[], style: TextStyle): readonly string[] {
  if (results.length === 0) return [];
  const rows = results.flatMap((result) => {
    if (result.kind === 'skipped') return [[result.table, '-', `not measured: ${result.reason}`]];
    return (['insert', 'update'] as const).map((kind) => [
      result.table,
      String(result.indexes.length),
      kind,
      formatKnown(Math.round(result[kind].withIndexes.median)),
      formatKnown(Math.round(result[kind].withoutIndexes.median)),
      formatPercent(slowdown(result[kind])),
      slowdown(result[kind]) > PROMISED_SLOWDOWN ? style.colors.yellow('over the promised 10 %') : '',
    ]);
  });
  const header = ['table', 'indexes', 'write', 'rows/s with', 'rows/s without', 'slower', ''];
  return section('cost on single-row writes, on copies of the tables', [header, ...rows], style);
}

/** Reads per index, or why nobody counted them. */
export function renderUsage(verification: DatabaseVerification, style: TextStyle): readonly string[] {
  const { indexes, usage, previous, record } = verification;
  if (usage === null) return [];
  if (usage.kind === 'unavailable') {
    return [`\nindex usage is not measured here: ${usage.reason}\n  to turn it on: ${usage.mend}`];
  }
  const rows = indexes
    .filter((finding) => finding.kind !== 'missing' && recordedIndex(finding) !== null)
    .map((finding) => {
      const { table, name: index } = subjectIndex(finding);
      const counted = usage.reads.find((entry) => entry.table === table && entry.index === index);
      const since = previous === null ? null : readsBetween(previous, record, { table, index });
      return [
        table,
        index,
        formatKnown(counted?.reads ?? 0),
        ...(previous === null ? [] : [formatKnown(since)]),
      ];
    });
  const header = ['table', 'index', 'reads', ...(previous === null ? [] : [`since ${previous.at}`])];
  const title = `rows read by index since the server started (${usage.since}) or the table was altered, from ${usage.source}`;
  return section(title, [header, ...rows], style);
}

function describePlan(plan: PlanFinding, { colors }: TextStyle): string {
  switch (plan.kind) {
    case 'served':
      return colors.green('ok');
    case 'nothing-to-read':
      return colors.green('ok, nothing to read');
    case 'not-served':
    case 'impossible':
      return colors.red('not served');
  }
}

function section(title: string, rows: readonly (readonly string[])[], style: TextStyle): readonly string[] {
  return [`\n${style.colors.bold(title)}`, style.table(rows)];
}
