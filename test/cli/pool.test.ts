import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { databaseEnvironment, runCli, runCliJson } from '../support/cli.ts';
import { poolReportDocument, poolStatusDocument } from '../support/contract.ts';
import { type TestProject, createProject } from '../support/project.ts';
import { createSchema, servers } from '../support/schemas.ts';

describe.each(servers)('tidemark pool on $label', (server) => {
  test('status shows the pool, the server and what does not fit', async () => {
    await using project = await createProject('{ business: {} }');
    await using schema = await createSchema(server);
    const options = {
      directory: project.directory,
      environment: { ...databaseEnvironment('business', schema.settings), DB_POOL_RECYCLE: '31536000' },
    };
    const { document, exitCode } = await runCliJson(
      poolStatusDocument,
      ['pool', 'status', '--processes', '500'],
      options,
    );
    expect(exitCode).toBe(0);
    expect(document.databases).toMatchObject([
      {
        database: 'business',
        server: server.label,
        settings: { size: 10, maxOverflow: 20 },
        pool: { size: 10, inUse: 0, idle: 1 },
        warnings: [
          { kind: 'too-many-connections', possible: 15_000 },
          { kind: 'recycle-after-wait-timeout', recycleSeconds: 31_536_000 },
        ],
      },
    ]);
    const text = await runCli(['pool', 'status', '--processes', '500'], options);
    expect(text.stdout).toContain('500 process(es) × (size + overflow) of business');
    expect(text.stdout).toMatch(/server: \d+ of \d+ connections/);
    expect(text.stderr).toBe('');
  });

  test('report prints what the last run did, and status does not replace it', async () => {
    await using project = await createProject('{ business: {} }');
    await using schema = await createSchema(server);
    const options = {
      directory: project.directory,
      environment: databaseEnvironment('business', schema.settings),
    };
    const none = await runCli(['pool', 'report'], options);
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there is no report yet') });
    await runCli(['doctor'], options);
    await runCli(['pool', 'status'], options);
    const { document } = await runCliJson(poolReportDocument, ['pool', 'report'], options);
    expect(document).toMatchObject({ command: 'doctor', pools: [{ database: 'business', leaks: [] }] });
    expect(document.pools[0]?.checkouts).toBeGreaterThan(0);
    const text = await runCli(['pool', 'report'], options);
    expect(text.stdout).toContain('last run: doctor');
    expect(text.stdout).toContain('utilisation');
  });

  test('a run writes its log as JSON with run and database, and its metrics to a file', async () => {
    await using project = await createProject('{ business: {} }');
    await using schema = await createSchema(server);
    const options = {
      directory: project.directory,
      environment: databaseEnvironment('business', schema.settings),
    };
    const { stderr } = await runCli(
      ['pool', 'status', '--log-level', 'trace', '--metrics-file', 'run.prom'],
      options,
    );
    const lines = stderr.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ msg: 'run started', command: 'pool status' });
    expect(lines.at(-1)).toMatchObject({ msg: 'run ended' });
    expect(new Set(lines.map(({ runId }) => runId)).size).toBe(1);
    const opened = lines.filter(({ kind }) => kind === 'connected');
    expect(opened).toMatchObject([{ database: 'business' }]);
    const metrics = await readFile(path.join(project.directory, 'run.prom'), 'utf8');
    expect(metrics).toContain('tidemark_pool_connections_opened_total{database="business"} 1');
  });
});

describe('log and metrics options', () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await createProject('{ business: {} }');
    return () => project[Symbol.asyncDispose]();
  });

  test.each([
    [['--log-level', 'loud'], 'log-level'],
    [['--metrics-port', 'x'], 'expected a port or HOST:PORT'],
  ])('%j is wrong usage', async (args, message) => {
    const result = await runCli(['pool', 'report', ...args], { directory: project.directory });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });
});
