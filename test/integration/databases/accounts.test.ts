import { describe, expect, test } from 'vitest';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { databaseEnvironment, runCliJson } from '../../support/cli.ts';
import { doctorDocument } from '../../support/contract.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { createProject } from '../../support/project.ts';
import { connect, createUser, servers, type TestUser } from '../../support/schemas.ts';

const TABLES = ['a', 'b', 'c'].map((table) => ({ table, cursor: 'u', index: 'iu' }));

/** An account that may have one connection at a time. */
async function createLonelyUser(extraction: Extraction, server: (typeof servers)[number]): Promise<TestUser> {
  const user = await createUser(server, [`SELECT ON \`${extraction.schema}\`.*`, 'PROCESS ON *.*']);
  await extraction.sql(`ALTER USER '${user.name}'@'%' WITH MAX_USER_CONNECTIONS 1`);
  return user;
}

describe.each(servers)('an account with max_user_connections = 1 on $label', (server) => {
  test.each([1, 4])(
    'extracts, and waits for its own connection, with --concurrency %i',
    async (concurrency) => {
      await using extraction = await createExtraction(server);
      for (const { table } of TABLES) {
        await extraction.sql(
          `CREATE TABLE ${table} (id INT PRIMARY KEY, u DATETIME NOT NULL DEFAULT '2024-01-01', KEY iu (u))`,
          `INSERT INTO ${table} (id) VALUES (1), (2)`,
        );
      }
      await using user = await createLonelyUser(extraction, server);
      const settings = { ...extraction.settings, user: user.name, password: user.password };
      await using database = await openTestDatabase(settings);
      await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
      const report = await extractLoad({
        databases: [{ database, tables: TABLES.map(extracted) }],
        sink,
        options: { lagSeconds: 0, concurrency },
      });
      expect(report.failures).toEqual([]);
      expect(report.runs.map(({ rows }) => rows)).toEqual([2, 2, 2]);
    },
  );

  test('is told the limit and the ways out where it has none left', async () => {
    await using extraction = await createExtraction(server);
    await using user = await createLonelyUser(extraction, server);
    const login = { user: user.name, password: user.password };
    await using _held = await connect({ ...server, ...login });
    const error = await openTestDatabase({ ...extraction.settings, ...login }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('max_user_connections'),
      hints: [expect.stringContaining('PROCESSLIST'), expect.stringContaining('--concurrency 1')],
    });
  });

  test('is named by doctor, with the way out', async () => {
    await using extraction = await createExtraction(server);
    await using user = await createLonelyUser(extraction, server);
    await using project = await createProject('{ business: {} }');
    const { document } = await runCliJson(doctorDocument, ['doctor'], {
      directory: project.directory,
      environment: databaseEnvironment('business', {
        ...extraction.settings,
        user: user.name,
        password: user.password,
      }),
    });
    expect(document.databases[0]!.checks).toContainEqual(
      expect.objectContaining({
        check: 'settings',
        status: 'warning',
        detail: expect.stringContaining('max_user_connections = 1'),
        mend: expect.stringContaining('--concurrency 1'),
      }),
    );
  });
});

test('an account whose way to log in the driver does not speak is told so, on MariaDB', async () => {
  // The plugin of old is the one of those (ed25519, PAM, GSSAPI) that every server brings along.
  await using own = await startPrivateTestServer('mariadb', () => ['--secure-auth=0']);
  const root = await connect(own.settings);
  await root.query("CREATE USER old@'%' IDENTIFIED VIA mysql_old_password USING '5d2e19393cc5ef67'");
  await root.query('CREATE DATABASE shop');
  await root.end();
  const { host, port } = own.settings;
  const login = { host, port, schema: 'shop', user: 'old', password: 'password' };
  const error = await openTestDatabase(login).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('logs in by a plugin, which tidemark does not speak'),
    hints: [expect.stringContaining('ALTER USER')],
  });
});
