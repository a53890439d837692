import { describeParts } from '../../schema/index-definition.ts';
import { findChanges } from '../history/changes.ts';
import { subjectIndex } from '../index-finding.ts';
import { indexState } from '../index-state.ts';
import { type Problem, databaseProblems } from '../problems.ts';
import { summarize } from '../summary.ts';
import type { DatabaseVerification, Verification } from '../verification.ts';
import type { TextStyle } from './format.ts';
import { describeChange, verdict } from './phrases.ts';
import { renderBenchmark, renderPlans, renderUsage, renderWriteCost } from './text-sections.ts';

/**
 * The verification as a person reads it in a terminal; its last lines are the totals and the verdict. What else is to be
 * said (`appendix`) comes before them.
 */
export function renderText(
  verification: Verification,
  style: TextStyle,
  appendix: readonly string[] = [],
): string {
  const sections = verification.databases.map((database) => renderDatabase(database, style));
  return [...sections, ...appendix, renderTotals(verification, style)].join('\n\n');
}

function renderDatabase(verification: DatabaseVerification, style: TextStyle): string {
  const { colors } = style;
  const title = colors.bold(`${verification.database} (${verification.schema} on ${verification.server})`);
  const problems = databaseProblems(verification).map((problem) => renderProblem(problem, style));
  return [
    title,
    renderIndexes(verification, style),
    ...problems,
    ...renderPlans(verification.plans, style),
    ...renderBenchmark(verification.benchmark, style),
    ...renderWriteCost(verification.writeCost, style),
    ...renderUsage(verification, style),
    ...renderChanges(verification, style),
  ]
    .filter((section) => section !== '')
    .join('\n');
}

function renderIndexes({ indexes }: DatabaseVerification, style: TextStyle): string {
  if (indexes.length === 0) return 'no migration and no index to verify';
  const { colors } = style;
  const rows = indexes.map((finding) => {
    const { table, name, parts } = subjectIndex(finding);
    const state = indexState(finding);
    const paint = state === 'ok' ? colors.green : colors.red;
    return [table, name, describeParts(parts).join(', '), paint(state)];
  });
  return style.table([['table', 'index', 'columns', 'state'], ...rows]);
}

function renderProblem({ severity, message, mend }: Problem, { colors }: TextStyle): string {
  const paint = { error: colors.red, warning: colors.yellow, note: colors.cyan }[severity];
  return `${paint(severity)}: ${message}${mend === null ? '' : `\n  fix: ${mend}`}`;
}

function renderChanges({ previous, record }: DatabaseVerification, { colors }: TextStyle): readonly string[] {
  if (previous === null) return [];
  const changes = findChanges(previous, record);
  if (changes.length === 0) return [`\nno change since ${previous.at}`];
  return [
    `\n${colors.bold(`changed since ${previous.at}`)}`,
    ...changes.map((change) => `  ${describeChange(change)}`),
  ];
}

function renderTotals(verification: Verification, { colors }: TextStyle): string {
  const summary = summarize(verification);
  return [
    `Total Expected Indexes: ${summary.expected}`,
    `Total Found: ${summary.found}`,
    `Total Missing: ${summary.missing}`,
    summary.ok ? colors.green(verdict(verification)) : colors.red(verdict(verification)),
  ].join('\n');
}
