import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const program = path.resolve(import.meta.dirname, '../../../scripts/count-tests.mjs');

const file = (...statuses: readonly string[]) => ({
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});
const good = { numPassedTests: 3, numFailedTests: 0, testResults: [file('passed', 'passed', 'passed')] };

test.each([
  ['all well', good, 'ended-well', '0', '3 passed, 0 failed', 0],
  ['failed checks', good, 'ended-well', '2', '3 passed, 2 failed', 1],
  [
    'a failed test',
    { numPassedTests: 1, numFailedTests: 1, testResults: [file('passed', 'failed')] },
    'ended-badly',
    '0',
    '1 passed, 1 failed',
    1,
  ],
  [
    'a file that could not be loaded',
    { ...good, testResults: [...good.testResults, { status: 'failed', assertionResults: [] }] },
    'ended-badly',
    '0',
    '3 passed, 1 failed',
    1,
  ],
  ['an error outside every test', good, 'ended-badly', '0', '3 passed, 1 failed', 1],
  ['no report', null, 'ended-badly', '0', '0 passed, 1 failed', 1],
  ['no test at all', { ...good, numPassedTests: 0 }, 'ended-well', '0', '0 passed, 0 failed', 1],
])('%s', async (_name, report, tests, checks, line, exitCode) => {
  await using directory = await temporaryDirectory();
  const reportFile = path.join(directory.path, 'report.json');
  if (report !== null) await writeFile(reportFile, JSON.stringify(report));
  const result = await execa(process.execPath, [program, reportFile, tests, checks], { reject: false });
  expect(result).toMatchObject({ stdout: line, exitCode });
});
