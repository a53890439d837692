import { describeParts } from '../../../schema/index-definition.ts';
import { readsBetween } from '../../history/changes.ts';
import { type IndexFinding, recordedIndex, subjectIndex } from '../../index-finding.ts';
import { indexState } from '../../index-state.ts';
import { type PlanFinding, planAccess } from '../../plans/plan-finding.ts';
import { indexProblems } from '../../problems.ts';
import type { DatabaseVerification } from '../../verification.ts';
import { formatKnown, formatPercent } from '../format.ts';
import { PROMISED_SLOWDOWN, slowdown } from '../../benchmark/write-cost-result.ts';
import { benchmarkFigures } from './benchmark-figures.ts';
import { type Markup, NOTHING, markup } from './markup.ts';
import { table } from './table.ts';

/** Everything about one database: its indexes, and whatever else was asked for. */
export function databaseSection(verification: DatabaseVerification, id: string): Markup {
  const { database, schema, server } = verification;
  return markup`<section class="card" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${database}</h2>
<p class="meta">${schema} on ${server}</p>
${indexTable(verification)}
${planTable(verification.plans)}
${benchmarkFigures(verification)}
${writeCostTable(verification)}
${usageTable(verification)}
</section>`;
}

function indexTable({ database, indexes }: DatabaseVerification): Markup {
  return table<IndexFinding>(
    'Indexes',
    [
      { title: 'Index', cell: (finding) => subjectIndex(finding).name },
      // Second, so that a phone shows it without scrolling.
      { title: 'State', cell: (finding) => stateTag(finding, database) },
      { title: 'Table', cell: (finding) => subjectIndex(finding).table },
      { title: 'Columns', cell: (finding) => describeParts(subjectIndex(finding).parts).join(', ') },
    ],
    indexes,
  );
}

function stateTag(finding: IndexFinding, database: string): Markup {
  const failed = indexProblems(finding, database).some(({ severity }) => severity === 'error');
  const kind = failed ? 'error' : finding.kind === 'ok' ? 'ok' : 'note';
  return markup`<span class="tag ${kind}">${indexState(finding)}</span>`;
}

function planTable(plans: readonly PlanFinding[]): Markup {
  if (plans.length === 0) return NOTHING;
  return markup`<h3>Plans of the extraction</h3>${table<PlanFinding>(
    'How the server would run each query now',
    [
      { title: 'Table', cell: (plan) => plan.table },
      { title: 'Verdict', cell: planTag },
      { title: 'Expected index', cell: (plan) => plan.expectedIndex },
      { title: 'Used', cell: (plan) => planAccess(plan)?.index ?? 'none' },
      { title: 'Access', cell: (plan) => planAccess(plan)?.access ?? 'nothing to read' },
      { title: 'Rows', numeric: true, cell: (plan) => formatKnown(planAccess(plan)?.rowsEstimated ?? null) },
    ],
    plans,
  )}`;
}

function planTag({ kind }: PlanFinding): Markup {
  return kind === 'served' || kind === 'nothing-to-read'
    ? markup`<span class="tag ok">served</span>`
    : markup`<span class="tag error">not served</span>`;
}

function writeCostTable({ writeCost }: DatabaseVerification): Markup {
  const rows = writeCost.flatMap((result) =>
    result.kind === 'measured' ? (['insert', 'update'] as const).map((write) => ({ result, write })) : [],
  );
  if (rows.length === 0) return NOTHING;
  return markup`<h3>What the indexes cost writers</h3>${table(
    'Single-row writes on copies of the tables, rows per second, medians',
    [
      { title: 'Table', cell: ({ result }) => result.table },
      { title: 'Write', cell: ({ write }) => write },
      { title: 'Indexes', numeric: true, cell: ({ result }) => String(result.indexes.length) },
      {
        title: 'With',
        numeric: true,
        cell: ({ result, write }) => formatRate(result[write].withIndexes.median),
      },
      {
        title: 'Without',
        numeric: true,
        cell: ({ result, write }) => formatRate(result[write].withoutIndexes.median),
      },
      { title: 'Slower', numeric: true, cell: ({ result, write }) => slowdownCell(slowdown(result[write])) },
    ],
    rows,
  )}`;
}

function slowdownCell(share: number): Markup {
  const kind = share > PROMISED_SLOWDOWN ? 'warning' : 'ok';
  return markup`<span class="tag ${kind}">${formatPercent(share)}</span>`;
}

function formatRate(rowsPerSecond: number): string {
  return formatKnown(Math.round(rowsPerSecond));
}

function usageTable({ indexes, usage, previous, record }: DatabaseVerification): Markup {
  if (usage === null) return NOTHING;
  if (usage.kind === 'unavailable') {
    return markup`<h3>Usage</h3><p>Not measured here: ${usage.reason}. To turn it on: <code>${usage.mend}</code></p>`;
  }
  const rows = indexes
    .filter((finding) => finding.kind !== 'missing' && recordedIndex(finding) !== null)
    .map((finding) => {
      const { table: name, name: index } = subjectIndex(finding);
      const counted = usage.reads.find((entry) => entry.table === name && entry.index === index);
      const since = previous === null ? null : readsBetween(previous, record, { table: name, index });
      return { table: name, index, reads: counted?.reads ?? 0, since };
    });
  return markup`<h3>Usage</h3>${table(
    `Rows read through each index, from ${usage.source}`,
    [
      { title: 'Index', cell: ({ index }) => index },
      { title: 'Table', cell: (row) => row.table },
      { title: 'Since the server started', numeric: true, cell: ({ reads }) => formatKnown(reads) },
      { title: 'Since the last report', numeric: true, cell: ({ since }) => formatKnown(since) },
    ],
    rows,
  )}`;
}
