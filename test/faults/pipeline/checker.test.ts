import { describe, expect, test } from 'vitest';
import { servers } from '../../support/schemas.ts';
import { check } from './checker/check.ts';

/** `CHECKER_SECONDS` and `CHECKER_SEED` make it the long run that docs/correctness.md tells of. */
const seconds = Number(process.env['CHECKER_SECONDS'] ?? 30);
const seed = Number(process.env['CHECKER_SEED'] ?? 1);

describe.concurrent.each(servers)('checker on $label', (server) => {
  test(
    `${seconds} s of writers, late commits and killed runs: the sink ends equal to the source`,
    { timeout: (seconds + 90) * 1000 },
    async () => {
      const result = await check(server, { seconds, seed });
      console.log(server.label, JSON.stringify({ ...result, differences: Object.keys(result.differences) }));
      expect(result.complaints).toEqual([]);
      expect(result.differences).toEqual({});
      expect(result).toMatchObject({ committedLate: expect.any(Number), killed: expect.any(Number) });
      expect(result.killed).toBeGreaterThan(0);
      expect(result.committedLate).toBeGreaterThan(0);
    },
  );
});
