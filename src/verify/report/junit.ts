import { subjectIndex } from '../index-finding.ts';
import { type Problem, indexProblems, planProblems, tableProblem } from '../problems.ts';
import type { DatabaseVerification, Verification } from '../verification.ts';

interface TestCase {
  readonly className: string;
  readonly name: string;
  readonly problems: readonly Problem[];
}

/**
 * JUnit XML as CI servers read it (the schema of Jenkins' xUnit plugin): a suite per database, a test case per index
 * and per query of the extraction. Only an error is a failure.
 */
export function renderJunit(verification: Verification): string {
  const suites = verification.databases.map((database) => renderSuite(database, verification.startedAt));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="tidemark verify">',
    ...suites,
    '</testsuites>',
  ]
    .join('\n')
    .concat('\n');
}

function renderSuite({ database, indexes, tables, plans }: DatabaseVerification, timestamp: string): string {
  const cases: readonly TestCase[] = [
    ...indexes.map((finding) => {
      const { table, name } = subjectIndex(finding);
      return {
        className: `${database}.${table}`,
        name: `index ${name}`,
        problems: indexProblems(finding, database),
      };
    }),
    ...tables.map((drift) => ({
      className: `${database}.${drift.table}`,
      name: 'table file',
      problems: [tableProblem(drift, database)],
    })),
    ...plans.map((plan, position) => ({
      className: `${database}.${plan.table}`,
      name: `plan ${position + 1} on ${plan.expectedIndex}`,
      problems: planProblems(plan, database),
    })),
  ];
  const failures = cases.filter(({ problems }) => problems.some(isFailure)).length;
  const attributes = `name="${escape(database)}" tests="${cases.length}" failures="${failures}" errors="0" timestamp="${timestamp}"`;
  return [`  <testsuite ${attributes}>`, ...cases.map(renderCase), '  </testsuite>'].join('\n');
}

function renderCase({ className, name, problems }: TestCase): string {
  const start = `    <testcase classname="${escape(className)}" name="${escape(name)}"`;
  if (problems.length === 0) return `${start}/>`;
  // The schema wants failures before output.
  const failures = problems
    .filter(isFailure)
    .map(
      (problem) =>
        `      <failure type="${problem.rule}" message="${escape(problem.message)}">${detail(problem)}</failure>`,
    );
  const remarks = problems
    .filter((problem) => !isFailure(problem))
    .map((problem) => `      <system-out>${problem.severity}: ${detail(problem)}</system-out>`);
  return [`${start}>`, ...failures, ...remarks, '    </testcase>'].join('\n');
}

function isFailure({ severity }: Problem): boolean {
  return severity === 'error';
}

function detail({ message, mend }: Problem): string {
  return escape(mend === null ? message : `${message}\nfix: ${mend}`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold: control characters but for tab, line feed and carriage return. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]/gu;

/** For text and attributes. */
function escape(text: string): string {
  return text
    .replaceAll(UNPRINTABLE, '')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
