import { describe, expect, test } from 'vitest';
import { runCliJson } from '../support/cli.ts';
import { migrateDocument, statusDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

describe.concurrent.each(servers)('--db and --all on $label', { timeout: 180_000 }, (server) => {
  test('name databases once, several times or by a list; a command that reads takes all by default', async () => {
    await using sample = await createSampleProject(server, { rows: null });
    for (const [args, expected] of [
      ['', ['business', 'matomo']],
      ['--all', ['business', 'matomo']],
      ['--db matomo', ['matomo']],
      ['--db=business', ['business']],
      ['--db matomo --db business', ['business', 'matomo']],
      ['--db matomo,business', ['business', 'matomo']],
    ] as const) {
      const words = ['migrate', 'status', ...args.split(' ').filter((word) => word !== '')];
      const { document, exitCode } = await runCliJson(statusDocument, words, sample.cli);
      expect(exitCode).toBe(0);
      expect(
        document.databases.map(({ database }) => database),
        args,
      ).toEqual(expected);
    }
  });

  test('a command that changes something works on the named database only', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { document } = await runCliJson(migrateDocument, ['migrate', 'up', '--db', 'matomo'], sample.cli);
    expect(document.databases.map(({ database }) => database)).toEqual(['matomo']);
    const status = await runCliJson(statusDocument, ['migrate', 'status'], sample.cli);
    expect(
      status.document.databases.map(({ migrations }) => new Set(migrations.map(({ state }) => state))),
    ).toEqual([new Set(['pending']), new Set(['applied'])]);
  });
});
