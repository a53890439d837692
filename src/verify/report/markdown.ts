import { describeParts } from '../../schema/index-definition.ts';
import { findChanges } from '../history/changes.ts';
import { subjectIndex } from '../index-finding.ts';
import { indexState } from '../index-state.ts';
import { planAccess } from '../plans/plan-finding.ts';
import { databaseProblems } from '../problems.ts';
import { summarize } from '../summary.ts';
import type { DatabaseVerification, Verification } from '../verification.ts';
import { formatFactor, formatKnown, formatQueryTime } from './format.ts';
import { describeChange, verdict } from './phrases.ts';

/** GitHub-flavoured Markdown, for a pull request's comment or a job's summary. */
export function renderMarkdown(verification: Verification): string {
  const { expected, found, missing } = summarize(verification);
  return [
    `## tidemark verify: ${verdict(verification)}`,
    `${expected} expected, ${found} found, ${missing} missing. ${verification.startedAt}`,
    ...verification.databases.flatMap(renderDatabase),
  ]
    .join('\n\n')
    .concat('\n');
}

function renderDatabase(verification: DatabaseVerification): readonly string[] {
  const { database, schema, server, indexes, plans, benchmark, previous, record } = verification;
  const changes = previous === null ? [] : findChanges(previous, record);
  const problems = databaseProblems(verification).map(
    ({ severity, message, mend }) =>
      `- **${severity}**: ${escape(message)}${mend === null ? '' : `; fix: ${escape(mend)}`}`,
  );
  return [
    `### ${escape(database)} (${escape(schema)} on ${escape(server)})`,
    ...(problems.length === 0 ? [] : [problems.join('\n')]),
    ...table(
      ['table', 'index', 'columns', 'state'],
      indexes.map((finding) => {
        const { table: name, name: index, parts } = subjectIndex(finding);
        return [name, index, describeParts(parts).join(', '), indexState(finding)];
      }),
    ),
    ...table(
      ['table', 'expected index', 'used index', 'access', 'rows'],
      plans.map((plan) => [
        plan.table,
        plan.expectedIndex,
        planAccess(plan)?.index ?? '-',
        planAccess(plan)?.access ?? plan.kind,
        formatKnown(planAccess(plan)?.rowsEstimated ?? null),
      ]),
    ),
    ...table(
      ['table', 'rows', 'with index', 'without', 'faster'],
      benchmark.map(({ table: name, rows, withIndex, withoutIndex }) => {
        const stopped = withoutIndex.kind === 'stopped';
        const without = stopped ? withoutIndex.afterSeconds : withoutIndex.seconds.median;
        const more = stopped ? '> ' : '';
        return [
          name,
          formatKnown(rows),
          formatQueryTime(withIndex.seconds.median),
          `${more}${formatQueryTime(without)}`,
          `${more}${formatFactor(without / withIndex.seconds.median)}`,
        ];
      }),
    ),
    ...(changes.length === 0
      ? []
      : [
          `Changed since ${previous?.at}:`,
          changes.map((change) => `- ${escape(describeChange(change))}`).join('\n'),
        ]),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  return [[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(escape).join(' | ')} |`;
}

/** Identifiers may hold any character; none of them may end a cell or start markup. */
function escape(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|~]/g, String.raw`\$&`).replaceAll('\n', ' ');
}
