import { describe, expect, test } from 'vitest';
import { runCli, runCliJson } from '../../support/cli.ts';
import { errorDocument } from '../../support/contract.ts';
import { copyProject, createProject } from '../../support/project.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** No database is named, so that a command which asked for one before it judged its arguments would fail otherwise. */
const cases: readonly (readonly [args: string, ...said: readonly string[]])[] = [
  ['migrate up --db busines', 'unknown database: "busines"', 'did you mean "business"?'],
  ['migrate up --db warehouse', 'unknown database: "warehouse"', 'known databases: business, matomo'],
  ['migrate status --db business,x --db y', 'unknown database: "x", "y"'],
  ['migrate up', 'which database?', '--db=business or --db=matomo, or --all'],
  ['migrate down', 'which database?'],
  ['migrate adopt', 'which database?'],
  ['watermarks reset', 'which database?'],
  ['dev seed', 'which database?'],
  ['migrate up --all --db business', 'db and all are mutually exclusive'],
  ['migrate down --all --step 2 --all-migrations', 'mutually exclusive'],
  ['migrate up --db', 'Not enough arguments following: db'],
  ['migrate up --all --step many', 'expected a whole number, got "many"'],
  ['migrate down --all --soak 7', 'expected a duration such as 90s, 30m, 12h or 7d, got "7"'],
  ['migrate up --all --bogus', 'Unknown argument: bogus'],
  ['migrate create --db business', 'Missing required arguments: table, columns'],
  ['extract-load --full-refresh --start 2026-01-01', '--full-refresh and --start contradict each other'],
  ['extract-load --full-refresh --end 2026-01-01', '--full-refresh and --end contradict each other'],
  ['extract-load --full-refresh --lookback 60', '--full-refresh and --lookback contradict each other'],
  ['extract-load --start 2026-01-01 --lookback 60', '--start and --lookback contradict each other'],
  ['extract-load --dry-run --detect-deletes mark', '--dry-run and --detect-deletes contradict each other'],
  ['extract-load --sink duckdb --sink parquet', '--sink is given more than once', 'give it once'],
  ['extract-load --lag 5 --lag 5', '--lag is given more than once'],
  ['migrate down --all --soak 7d --soak 1d', '--soak is given more than once'],
  ['migrate create --db business --db matomo --table t --columns c', '--db is given more than once'],
  ['doctor --log-level info --log-level warn', '--log-level is given more than once'],
  ['reconcile --dry-run --no-dry-run', '--dry-run and --no-dry-run contradict each other'],
  ['extract-load --start 2026-02-01 --end 2026-01-31', '--start 2026-02-01 is not before --end 2026-01-31'],
  ['extract-load --start 10 --end 9', '--start 10 is not before --end 9'],
  ['extract-load --sink duckdb:a.duckdb --output b.duckdb', 'both "duckdb:a.duckdb" and --output'],
  ['extract-load --sink parket', 'there is no sink "parket"', 'did you mean "parquet"?'],
  ['migrate up --all --time-zone Asia/Shanghai', '--time-zone needs --window'],
  ['migrate up --all --backup-data', '--backup-data needs --backup'],
  ['verify --yes', 'say --fix --yes'],
  ['reconcile --dry-run --mark-deleted', 'mutually exclusive'],
  ['verfy', 'unknown command, did you mean "verify"?'],
  ['migrate statsu', 'unknown command, did you mean "status"?'],
  ['migrate', 'which "migrate" command?'],
  ['', 'which command?'],
];

describe('a wrong command line', () => {
  test('ends with 2 and says what is wrong', async () => {
    await using project = await copyProject();
    for (const [args, ...said] of cases) {
      const result = await runCli(args === '' ? [] : args.split(' '), project);
      expect(result, args).toMatchObject({ exitCode: 2, stdout: '' });
      for (const text of said) expect(result.stderr, args).toContain(text);
    }
  }, 120_000);

  test.each([['migrate', 'up', '--db', 'busines'], ['verfy'], ['migrate', 'up', '--step', 'x']])(
    '%s %s with --json prints one document',
    async (...args) => {
      await using project = await copyProject();
      const { document, exitCode } = await runCliJson(errorDocument, args, project);
      expect(exitCode).toBe(2);
      expect(document.error).toMatchObject({ kind: 'UsageError', exitCode: 2 });
      expect(document.error.hints.length).toBeGreaterThan(0);
    },
  );
});

describe('a folder that is no project', () => {
  test('is named, with the file that is missing', async () => {
    await using folder = await temporaryDirectory();
    const result = await runCli(['migrate', 'status'], { directory: folder.path });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no knexfile.ts in') });
  });

  test('a database that cannot name a folder is refused', async () => {
    await using project = await createProject("{ 'Big Data': {} }");
    const result = await runCli(['migrate', 'status'], project);
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"Big Data" cannot name a database'),
    });
  });

  test('a knexfile with a syntax error is named, and --verbose shows where', async () => {
    await using project = await createProject('{ business: {} ');
    const result = await runCli(['migrate', 'status'], project);
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('cannot load knexfile.ts') });
    const verbose = await runCli(['migrate', 'status', '--verbose'], project);
    expect(verbose.stderr).toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  });
});
