/**
 * Prints `N passed, N failed` from vitest's JSON report and exits non-zero if anything failed.
 * usage: node scripts/count-tests.mjs REPORT ended-well|ended-badly FAILED_CHECKS
 */
import { readFileSync } from 'node:fs';

const [report, tests, failedChecks] = process.argv.slice(2);

function countTests() {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error('vitest wrote no report');
    return { passed: 0, failed: 1 };
  }
  // A file that could not be loaded has no tests to count; it is one failure of its own.
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: result.numPassedTests, failed: result.numFailedTests + broken.length };
}

const { passed, failed } = countTests();
const unexplained = tests === 'ended-well' || failed > 0 ? 0 : 1;
const total = failed + unexplained + Number(failedChecks);
console.log(`${passed} passed, ${total} failed`);
process.exitCode = total === 0 && passed > 0 ? 0 : 1;
