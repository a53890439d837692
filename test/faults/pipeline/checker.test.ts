import { describe, expect, test } from 'vitest';
import { check } from './checker/check.ts';
import { type KindName, parseKinds } from './checker/kinds.ts';

/** What goes on beside the writers in every run of the suite: what is sure to happen in half a minute, so no long locks. */
const KINDS_IN_SUITE: readonly KindName[] = [
  'xa',
  'events',
  'rebuilds',
  'crashes',
  'text-keys',
  'partitions',
  'cascades',
];

/**
 * `CHECKER_SECONDS`, `CHECKER_SEED` and `CHECKER_KINDS` (`all`, or some such as `xa,crashes`) make it the long run that
 * docs/correctness.md tells of.
 */
const seconds = Number(process.env['CHECKER_SECONDS'] ?? 30);
const seed = Number(process.env['CHECKER_SEED'] ?? 1);
const named = process.env['CHECKER_KINDS'];
const kinds = named === undefined ? KINDS_IN_SUITE : parseKinds(named);
const what = ['writers', 'late commits', ...kinds].join(', ');

describe.concurrent.each(['mysql', 'mariadb', 'mariadb118'] as const)('checker on %s', (software) => {
  test(
    `${seconds} s of ${what} and killed runs: the sink ends equal to the source`,
    { timeout: (seconds + 240) * 1000 },
    async () => {
      const result = await check(software, { seconds, seed, kinds });
      console.log([...new Set(result.excused)].join('\n'));
      console.log(
        JSON.stringify({
          ...result,
          complaints: result.complaints.length,
          excused: result.excused.length,
          differences: Object.keys(result.differences),
        }),
      );
      expect(result.complaints).toEqual([]);
      expect(result.differences).toEqual({});
      expect(result.neverDone).toEqual([]);
      expect(result.killed).toBeGreaterThan(0);
      // Else nothing was read but by the last run.
      expect(result.runs - result.killed - result.excused.length).toBeGreaterThan(0);
    },
  );
});
