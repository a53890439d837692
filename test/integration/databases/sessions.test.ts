import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import createKnex from 'knex';
import { knexConfigurations } from '../../../src/databases/knex-configurations.ts';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { databaseEnvironment, runCliJson } from '../../support/cli.ts';
import { doctorDocument } from '../../support/contract.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { extracted } from '../../support/extracted.ts';
import { testMigrations, up } from '../../support/migrations.ts';
import { startPrivateTestServer, type PrivateTestServer } from '../../support/private-test-server.ts';
import { createProject } from '../../support/project.ts';
import { connect, createUser, type TestServer, type TestUser } from '../../support/schemas.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const CHANGED = `u DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY iu (u)`;
const cursor = { cursor: 'u', index: 'iu' } as const;

/** What an administrator may have set for every client, each of which changes what is read or how long it may take. */
const HOSTILE = {
  mysql: [
    "init_connect = 'SET NAMES latin1; SET SESSION completion_type = 2; SET SESSION sql_auto_is_null = 1'",
    "transaction_isolation = 'READ-UNCOMMITTED'",
    'max_execution_time = 1000',
  ],
  mariadb: [
    "init_connect = 'SET NAMES latin1; SET SESSION completion_type = 2; SET SESSION sql_auto_is_null = 1'",
    "tx_isolation = 'READ-UNCOMMITTED'",
    'max_statement_time = 1',
    'idle_transaction_timeout = 1',
    "system_versioning_asof = '2020-01-01 00:00:00'",
    'sql_if_exists = 1',
  ],
} as const;
const HOSTILE_BOTH = [
  'sql_select_limit = 3',
  'max_join_size = 100',
  'autocommit = 0',
  'sql_safe_updates = 1',
  'wait_timeout = 1',
  'net_write_timeout = 1',
  'foreign_key_checks = 0',
] as const;

describe.each(['mysql', 'mariadb'] as const)('sessions on a %s that is set up for others', (flavour) => {
  let own: PrivateTestServer;
  let server: TestServer;
  let user: TestUser;

  beforeAll(async () => {
    own = await startPrivateTestServer(flavour, () => [
      '--character-set-server=utf8mb3',
      // MySQL has no such option any more.
      ...(flavour === 'mariadb' ? ['--skip-character-set-client-handshake'] : []),
    ]);
    server = own.settings;
    // The settings are for clients without privileges of an administrator: init_connect is not run for others.
    user = await createUser(server, [
      'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, PROCESS ON *.*',
    ]);
    const root = await connect(server);
    for (const setting of [...HOSTILE[flavour], ...HOSTILE_BOTH]) await root.query(`SET GLOBAL ${setting}`);
    await root.end();
  });

  afterAll(async () => {
    await own[Symbol.asyncDispose]();
  });

  /** The settings are in the way of a test's own connection, too. */
  async function createHostileExtraction(): Promise<Extraction> {
    const extraction = await createExtraction(server, { user: user.name, password: user.password });
    await extraction.sql(
      'SET NAMES utf8mb4',
      'SET SESSION autocommit = 1, sql_select_limit = 18446744073709551615, sql_safe_updates = 0',
      'SET SESSION wait_timeout = 100, sql_big_selects = 1',
      flavour === 'mysql'
        ? 'SET SESSION max_execution_time = 0'
        : 'SET SESSION max_statement_time = 0, idle_transaction_timeout = 0, system_versioning_asof = DEFAULT',
    );
    return extraction;
  }

  test.each(sinkKinds)(
    'characters beyond the server’s own set arrive in %s, and keys stay apart',
    async (kind) => {
      await using extraction = await createHostileExtraction();
      await using target = await createTestSink(kind);
      await extraction.sql(
        `CREATE TABLE t (id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, j JSON, ${CHANGED})`,
        `INSERT INTO t (id, j) VALUES ('🌊', '{"k": "🐳"}'), ('🌋', '{"k": "é"}')`,
      );
      const tables = [{ table: 't', ...cursor }];
      const extras = { sink: target.spec };
      await extraction.runTable(tables[0]!, {}, extras);
      await extraction.sql(`INSERT INTO t (id, j) VALUES ('🌪', '{"k": "漢"}')`);
      await extraction.runTable(tables[0]!, {}, extras);
      const rows = await target.rows(`SELECT id, j->>'k' FROM {t} ORDER BY hex(id)`);
      expect(rows).toEqual([
        ['🌊', '🐳'],
        ['🌋', 'é'],
        ['🌪', '漢'],
      ]);
      await using sink = await openSink(target.spec);
      const [done] = await reconcile({
        databases: [{ database: extraction.database, tables: tables.map(extracted) }],
        sink,
        comparison: { by: 'rows', action: 'report' },
      });
      expect(done).toMatchObject({ rowsCompared: 3, windowsDifferent: 0 });
    },
  );

  test('a row that is never committed is not read, and a table without a key is whole', async () => {
    await using extraction = await createHostileExtraction();
    await extraction.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, ${CHANGED})`,
      'INSERT INTO t (id) VALUES (1), (2), (3), (4), (5)',
      `CREATE TABLE log (n INT, ${CHANGED})`,
      `INSERT INTO log SELECT n, '2024-01-01' FROM ${numbers(1)} WHERE n < 8`,
    );
    await using other = await connect(server);
    // The server would hang up on it while the run works.
    await other.query('SET SESSION wait_timeout = 600');
    await other.query(`USE \`${extraction.schema}\``);
    await other.query('BEGIN');
    await other.query('INSERT INTO t (id) VALUES (6)');
    const report = await extraction.run([
      { table: 't', ...cursor },
      { table: 'log', ...cursor, append: true },
    ]);
    await other.query('ROLLBACK');
    expect(report).toMatchObject({ ok: true, runs: [{ rows: 5 }, { rows: 7 }] });
    expect(await extraction.duckdb('SELECT id FROM business.t ORDER BY id')).toEqual([
      [1],
      [2],
      [3],
      [4],
      [5],
    ]);
  });

  test('limits of time and of rows end no load, whatever pauses it makes', async () => {
    await using extraction = await createHostileExtraction();
    await extraction.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, ${CHANGED})`,
      `INSERT INTO t (id) SELECT n FROM ${numbers(4)}`,
      'ANALYZE TABLE t',
    );
    const table = { table: 't', ...cursor };
    const run = await extraction.runTable(table, { statementRows: 4000, maxRowsPerSecond: 3000, retries: 0 });
    expect(run.rows).toBe(10_000);
    // A limit that was asked for ends with the snapshot.
    await extraction.runTable(table, { statementTimeoutSeconds: 60 });
    await using session = await extraction.database.session();
    const limit = flavour === 'mysql' ? '@@max_execution_time' : '@@max_statement_time';
    expect(Number(await session.value(`SELECT ${limit}`))).toBe(0);
  });

  test('a migration builds, and its ledger is kept', async () => {
    await using extraction = await createHostileExtraction();
    await extraction.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, a INT, ${CHANGED})`,
      'INSERT INTO t (id) VALUES (1)',
    );
    const migrations = testMigrations({ table: 't', name: 'idx_a', columns: ['a'] });
    const result = await up(extraction.database, migrations);
    expect(result).toMatchObject({ migrations: [{ action: 'built' }], pending: 0 });
    expect(await up(extraction.database, migrations)).toMatchObject({ migrations: [], pending: 0 });
    const [rows] = await extraction.connection.query("SHOW INDEX FROM t WHERE Key_name = 'idx_a'");
    expect(rows).toHaveLength(1);
  });

  test('the knex CLI gets the same session', async () => {
    await using extraction = await createHostileExtraction();
    await using directory = await temporaryDirectory();
    const environment = databaseEnvironment('business', extraction.settings);
    const configurations = await knexConfigurations(
      { business: {} },
      { environment, projectDirectory: directory.path },
    )();
    const knex = createKnex(configurations['business'] ?? {});
    try {
      const [rows] = (await knex.raw(
        'SELECT @@character_set_results AS results, @@autocommit AS autocommit',
      )) as [unknown];
      expect(rows).toEqual([{ results: 'utf8mb4', autocommit: 1 }]);
    } finally {
      await knex.destroy();
    }
  });

  test('doctor names each setting and what it would do', async () => {
    await using extraction = await createHostileExtraction();
    await using project = await createProject('{ business: {} }');
    const { document } = await runCliJson(doctorDocument, ['doctor'], {
      directory: project.directory,
      environment: databaseEnvironment('business', extraction.settings),
    });
    const checks = document.databases[0]!.checks.filter(({ check }) => check === 'settings');
    const named = checks.map(({ detail }) => detail.split(' = ')[0]!);
    const expected = [...HOSTILE[flavour], ...HOSTILE_BOTH].map((setting) => setting.split(' = ')[0]!);
    expect(named.toSorted()).toEqual(expected.toSorted());
    for (const { status, detail } of checks) {
      expect(status).toBe('passed');
      expect(detail).toContain('every session of tidemark sets its own');
    }
  });

  test('what a proxy keeps from the server is noticed before anything is read', async () => {
    await using extraction = await createHostileExtraction();
    await using proxy = await startTcpProxy({ host: server.host, port: server.port });
    proxy.replace(
      'SET NAMES utf8mb4 COLLATE utf8mb4_general_ci',
      'SET NAMES utf8mb3 COLLATE utf8mb3_general_ci',
    );
    const settings = { ...extraction.settings, host: '127.0.0.1', port: proxy.port };
    const tls = { mode: 'disabled', caFile: null, certificateFile: null, keyFile: null } as const;
    const error = await openTestDatabase(settings, { tls }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/database "business".*character_set_results is utf8(mb3)?, not utf8mb4/),
      hints: [expect.stringContaining('proxy'), expect.any(String)],
    });
  });
});
