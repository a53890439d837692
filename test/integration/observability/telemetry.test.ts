import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConfiguredDatabase } from '../../../src/project-databases.ts';
import { readRunPoolReport } from '../../../src/observability/last-pool-report.ts';
import { Telemetry, type TelemetryOptions } from '../../../src/observability/telemetry.ts';
import { openDatabases } from '../../../src/open-databases.ts';
import { Collector } from '../../support/collector.ts';
import { databaseEnvironment } from '../../support/cli.ts';
import { testDatabaseConfig } from '../../support/database-config.ts';
import { type SchemaSettings, createSchema, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe.each(servers)('the telemetry of a run on $label', (server) => {
  test(
    'warns of a connection that was not returned, and keeps it in the report',
    { timeout: 20_000 },
    async () => {
      await using schema = await createSchema(server);
      await using project = await temporaryDirectory();
      const output = new Collector();
      {
        await using telemetry = await Telemetry.start(options(output, { command: 'extract-load' }));
        telemetry.attach({
          directory: project.path,
          environment: databaseEnvironment('business', schema.settings),
        });
        await using databases = await openDatabases([configured(schema.settings)], telemetry);
        await databases.opened[0]!.database.session();
      }
      expect(output.documents).toMatchObject([
        {
          level: 'warn',
          database: 'business',
          runId: expect.any(String),
          kind: 'leaked',
          holder: { takenAt: expect.stringContaining('telemetry.test.ts') },
          msg: expect.stringContaining('connection not returned'),
        },
      ]);
      expect(await readRunPoolReport(project.path)).toMatchObject({
        command: 'extract-load',
        pools: [{ database: 'business', leaks: [{ takenAt: expect.stringContaining('telemetry.test.ts') }] }],
      });
    },
  );

  test('does not show the password of a login that fails, whatever the driver says', async () => {
    await using schema = await createSchema(server);
    await using project = await temporaryDirectory();
    const output = new Collector();
    const settings = { ...schema.settings, password: 'a-wrong-password' };
    {
      await using telemetry = await Telemetry.start(options(output, { logLevel: 'trace' }));
      telemetry.attach({ directory: project.path, environment: databaseEnvironment('business', settings) });
      await expect(openDatabases([configured(settings)], telemetry)).rejects.toThrow('refused the user');
      telemetry.logger.error({ settings }, `login as ${settings.user} with ${settings.password}`);
    }
    expect(output.documents.map(({ msg }) => msg)).toEqual([
      'run started',
      'connection could not be opened',
      'no connection for a caller',
      `login as ${settings.user} with [secret]`,
      'run ended',
    ]);
    expect(output.text).not.toContain('a-wrong-password');
  });

  test('leaves the work alone when its files cannot be written', async () => {
    await using schema = await createSchema(server);
    const output = new Collector();
    const nowhere = path.join('/dev/null', 'project');
    {
      await using telemetry = await Telemetry.start(
        options(output, { metricsFile: path.join(nowhere, 'metrics.prom') }),
      );
      telemetry.attach({ directory: nowhere, environment: {} });
      await using databases = await openDatabases([configured(schema.settings)], telemetry);
      expect(databases.opened).toHaveLength(1);
    }
    expect(output.documents.map(({ level, msg }) => `${String(level)} ${String(msg)}`)).toEqual([
      'warn could not write the pool report',
      'warn could not write the metrics',
    ]);
  });
});

function options(stderr: Collector, overrides: Partial<TelemetryOptions> = {}): TelemetryOptions {
  return {
    command: 'verify',
    logLevel: 'warn',
    logFormat: 'json',
    metricsFile: null,
    metricsAddress: null,
    stderr,
    color: false,
    ...overrides,
  };
}

function configured(settings: SchemaSettings): ConfiguredDatabase {
  return {
    name: 'business',
    spec: {},
    migrationsDirectory: 'migrations/business',
    tablesFile: null,
    seedsDirectory: 'seeds/business',
    config: testDatabaseConfig(settings),
  };
}
