import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type CliOptions, runCli, runCliJson } from '../../support/cli.ts';
import { compareTables } from '../../support/compare-tables.ts';
import { doctorDocument, extractLoadDocument, initDocument, verifyDocument } from '../../support/contract.ts';
import { type TestProject, createFolder } from '../../support/project.ts';
import {
  type SchemaSettings,
  type TestSchema,
  createSchema,
  createUser,
  servers,
} from '../../support/schemas.ts';

const urlOf = ({ user, host, port, schema }: SchemaSettings) => `mysql://${user}@${host}:${port}/${schema}`;
const cliOf = (project: TestProject, password: string | null): CliOptions => ({
  directory: project.directory,
  environment: password === null ? {} : { SHOP_DB_PASSWORD: password },
});
const init = (schema: TestSchema, ...more: readonly string[]) => [
  'init',
  '--url',
  urlOf(schema.settings),
  '--db=shop',
  ...more,
];
const exists = (project: TestProject, file: string) =>
  stat(path.join(project.directory, file)).then(
    () => true,
    () => false,
  );
const text = async (project: TestProject, file: string) => {
  const { readFile } = await import('node:fs/promises');
  return readFile(path.join(project.directory, file), 'utf8');
};

const ORDERS =
  'CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, total INT, updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)';

describe.concurrent.each(servers)('init on $label', { timeout: 120_000 }, (server) => {
  test('adds what is new to a project, whoever wrote it, and what drifts is named until it does', async () => {
    await using schema = await createSchema(server);
    await using other = await createSchema(server);
    await using project = await createFolder();
    const { connection, settings } = schema;
    const cli = cliOf(project, settings.password);
    await connection.query(ORDERS);
    await connection.query('INSERT INTO orders (total) VALUES (1), (2), (3)');
    await project.write('.gitignore', 'node_modules\n*.log');
    await project.write('package.json', '{\n    "name": "mine",\n    "scripts": { "verify": "my own" }\n}\n');
    await project.write('.env', 'MINE=1');

    const dry = await runCliJson(initDocument, init(schema, '--dry-run'), cli);
    expect(dry.document).toMatchObject({
      written: false,
      tables: [{ table: 'orders', cursor: 'updated_at' }],
    });
    expect(await exists(project, 'knexfile.ts')).toBe(false);
    const made = await runCliJson(initDocument, init(schema, '--yes'), cli);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.document.warnings).toEqual([expect.stringContaining('chmod 600 .env')]);
    expect(await text(project, '.env')).toMatch(/^MINE=1\n\n# Database "shop"\nSHOP_DB_HOST=/);
    expect(await text(project, '.gitignore')).toBe('node_modules\n*.log\n.env\ndata/\n.tidemark/\n');
    const packageJson = await text(project, 'package.json');
    expect(JSON.parse(packageJson)).toMatchObject({
      name: 'mine',
      scripts: { verify: 'my own', 'migrate:up': 'tidemark migrate up' },
    });
    expect(packageJson).toContain('\n    "name"');
    expect((await runCli(['migrate', 'up', '--db=shop'], cli)).exitCode).toBe(0);
    expect((await runCli(['extract-load'], cli)).exitCode).toBe(0);
    expect((await runCli(['verify', '--full'], cli)).exitCode).toBe(0);

    // A person edits the files; the database moves on.
    const tables = await text(project, 'tables/shop.ts');
    await project.write(
      'tables/shop.ts',
      tables.replace(
        /\{ table: 'orders'.*\},\n\]\)/,
        "{\n    table: 'orders',\n    cursor: 'updated_at',\n    index: 'idx_updated_at', // [{ ours\n  },\n  { table: 'gone', cursor: 'id', index: 'PRIMARY' }, // was here\n])",
      ),
    );
    await connection.query('CREATE TABLE customers (id INT PRIMARY KEY, gmt_modified DATETIME NOT NULL)');
    await connection.query(
      'CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, payload TEXT, last_activity INT)',
    );
    await connection.query('DROP INDEX idx_updated_at ON orders');
    const checks = async () => {
      const { document } = await runCliJson(doctorDocument, ['doctor', '--db=shop'], cli);
      return document.databases[0]!.checks.filter(({ check }) => check === 'tables');
    };
    expect(await checks()).toMatchObject([
      { status: 'failed', detail: 'the database does not have gone' },
      { status: 'failed', detail: expect.stringContaining('no index serves updated_at of orders') as string },
      { status: 'warning', detail: 'tables/shop.ts does not mention customers, sessions' },
    ]);
    const strict = await runCliJson(verifyDocument, ['verify', '--strict'], cli);
    expect(strict.exitCode).toBe(1);
    const problems = strict.document.databases.flatMap((database) => database.problems);
    expect(problems.filter(({ rule }) => rule.startsWith('table-'))).toMatchObject([
      { rule: 'table-entry-broken', table: 'orders', index: 'idx_updated_at' },
      { rule: 'table-entry-broken', table: 'gone', index: null },
      { rule: 'table-unmentioned', table: 'customers', index: null },
      { rule: 'table-unmentioned', table: 'sessions', index: null },
    ]);

    const added = await runCliJson(initDocument, ['init', '--yes'], cli);
    expect(added.exitCode, added.stderr).toBe(0);
    expect(added.document.files).toEqual([
      'tables/shop.ts',
      expect.stringMatching(/^migrations\/shop\/\d+_customers_idx_gmt_modified\.ts$/),
    ]);
    expect(await text(project, 'tables/shop.ts')).toContain(
      "index: 'idx_updated_at', // [{ ours\n  },\n  { table: 'gone', cursor: 'id', index: 'PRIMARY' }, // was here\n  { table: 'customers', cursor: 'gmt_modified', index: 'idx_gmt_modified' },\n]);",
    );
    expect(await checks()).toMatchObject([{ status: 'failed' }, { status: 'failed' }]);

    // A second database is the same command again.
    await other.connection.query(ORDERS);
    const second = await runCliJson(
      initDocument,
      ['init', '--url', urlOf(other.settings), '--db=second', '--yes'],
      {
        ...cli,
        environment: { SECOND_DB_PASSWORD: settings.password },
      },
    );
    expect(second.document.files.slice(0, 3)).toEqual(['knexfile.ts', '.env', 'tables/second.ts']);
    expect((await runCli(['migrate', 'up', '--db=second'], cliOf(project, null))).exitCode).toBe(0);
    const mixed = await runCli(['init', '--url', urlOf(other.settings), '--db=shop', '--yes'], cli);
    expect(mixed).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"shop" is another database already') as string,
    });
  });

  test('sets the options that the data asks for, and what they move is what there is', async () => {
    await using schema = await createSchema(server);
    await using project = await createFolder();
    const { connection, settings } = schema;
    const stamped =
      'id INT PRIMARY KEY AUTO_INCREMENT, v INT, created_at DATETIME NOT NULL, updated_at DATETIME';
    const numbers = Array.from({ length: 120 }, (_, number) => number + 1);
    const fill = async (table: string, updated: (number: number) => string) => {
      const rows = numbers.map(
        (number) => `(${number}, UTC_TIMESTAMP() - INTERVAL 30 DAY, ${updated(number)})`,
      );
      await connection.query(`INSERT INTO ${table} (v, created_at, updated_at) VALUES ${rows.join(', ')}`);
    };
    for (const table of ['shanghai', 'seldom', 'never', 'plans', 'Twin', 'twin']) {
      await connection.query(`CREATE TABLE ${table} (${stamped})`);
    }
    await fill('shanghai', (number) => `UTC_TIMESTAMP() + INTERVAL 480 - ${number} MINUTE`);
    await fill('seldom', (number) =>
      number % 2 === 0 ? 'NULL' : `UTC_TIMESTAMP() - INTERVAL ${number} HOUR`,
    );
    await fill('never', () => 'NULL');
    await fill('plans', (number) => `UTC_TIMESTAMP() + INTERVAL ${number} DAY`);
    await fill('Twin', (number) => `UTC_TIMESTAMP() - INTERVAL ${number} HOUR`);
    await fill('twin', (number) => `UTC_TIMESTAMP() - INTERVAL ${number} HOUR`);
    await connection.query(
      `CREATE TABLE sites_log_entries (id BIGINT, site INT NOT NULL, seen BINARY(4) NOT NULL, update_time DATETIME NOT NULL,
        PRIMARY KEY (id), KEY site_time (site, update_time))`,
    );
    await connection.query(
      `INSERT INTO sites_log_entries WITH RECURSIVE ten (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ten WHERE n < 9)
       SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n + 100000 * f.n, a.n % 3, 'abcd',
              UTC_TIMESTAMP() - INTERVAL a.n + 10 * b.n + 100 * c.n SECOND - INTERVAL 1 HOUR
         FROM ten a, ten b, ten c, ten d, ten e, (SELECT 0 AS n UNION SELECT 1) f`,
    );
    await connection.query('ANALYZE TABLE sites_log_entries');

    const made = await runCliJson(initDocument, init(schema, '--yes'), cliOf(project, settings.password));
    expect(made.exitCode, made.stderr).toBe(0);
    const entries = Object.fromEntries(made.document.tables.map(({ table, entry }) => [table, entry]));
    expect(entries).toEqual({
      shanghai: { table: 'shanghai', cursor: 'updated_at', index: 'idx_updated_at', timeZone: '+08:00' },
      seldom: { table: 'seldom', cursor: 'updated_at', index: 'idx_updated_at', nullCursor: 'include' },
      never: { table: 'never', strategy: 'full' },
      plans: { table: 'plans', strategy: 'full' },
      Twin: { table: 'Twin', cursor: 'updated_at', index: 'idx_updated_at' },
      twin: { table: 'twin', as: 'twin_2', cursor: 'updated_at', index: 'idx_updated_at' },
      sites_log_entries: {
        table: 'sites_log_entries',
        cursor: 'update_time',
        index: 'site_time',
        skipScan: ['site'],
      },
    });
    const cli = cliOf(project, null);
    expect((await runCli(['migrate', 'up', '--db=shop'], cli)).exitCode).toBe(0);
    const first = await runCliJson(extractLoadDocument, ['extract-load'], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    await connection.query(
      'UPDATE shanghai SET v = 0, updated_at = UTC_TIMESTAMP() + INTERVAL 8 HOUR WHERE id < 4',
    );
    await connection.query('UPDATE seldom SET v = 0, updated_at = UTC_TIMESTAMP() WHERE id IN (1, 2)');
    await connection.query(
      'UPDATE sites_log_entries SET seen = 1, update_time = UTC_TIMESTAMP() WHERE id < 5',
    );
    await sleep(1100);
    const second = await runCliJson(extractLoadDocument, ['extract-load', '--lag', '0'], cli);
    const rows = Object.fromEntries(second.document.runs.map((run) => [run.table, run.rows]));
    // Of the rows without a time 59 are read again.
    expect(rows).toMatchObject({ shanghai: 3, seldom: 59 + 2, sites_log_entries: 5, Twin: 0 });
    const duckdbFile = path.join(project.directory, 'data', 'tidemark.duckdb');
    for (const table of ['shanghai', 'seldom', 'never', 'plans', 'Twin']) {
      expect(await compareTables({ connection, table, duckdbFile, database: 'shop' }), table).toEqual([]);
    }
  });

  test('a thousand tables, and one of five hundred columns', async () => {
    await using schema = await createSchema(server);
    await using project = await createFolder();
    const { connection, settings } = schema;
    const numbers = Array.from({ length: 1000 }, (_, number) => number);
    for (const number of numbers) {
      await connection.query(
        `CREATE TABLE t${number} (id INT PRIMARY KEY AUTO_INCREMENT, update_time DATETIME NOT NULL)`,
      );
    }
    const columns = numbers.slice(0, 500).map((number) => `c${number} INT`);
    await connection.query(
      `CREATE TABLE wide (id INT PRIMARY KEY, ${columns.join(', ')}, modified_at DATETIME NOT NULL, KEY changed (modified_at))`,
    );
    await connection.query('INSERT INTO wide (id, c1, modified_at) VALUES (1, 7, NOW())');

    const made = await runCliJson(initDocument, init(schema, '--yes'), cliOf(project, settings.password));
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.document.tables).toHaveLength(1001);
    expect(made.document.tables.at(-1)).toMatchObject({
      table: 'wide',
      index: { name: 'changed', exists: true },
    });
    expect(made.document.files).toHaveLength(5 + 1000);
    const moved = await runCliJson(
      extractLoadDocument,
      ['extract-load', '--table=wide'],
      cliOf(project, null),
    );
    expect(moved.document.runs).toMatchObject([{ table: 'wide', rows: 1 }]);
  });

  test('says what is wrong with a URL, an account, a schema or a folder, and writes nothing', async () => {
    await using schema = await createSchema(server);
    await using project = await createFolder();
    const { settings } = schema;
    const cli = cliOf(project, settings.password);
    const url = urlOf(settings);
    const refused = async (args: readonly string[], options = cli) => {
      const { exitCode, stderr } = await runCli(['init', ...args], options);
      expect(await exists(project, '.env')).toBe(false);
      return `${exitCode}: ${stderr}`;
    };
    const withPassword = url.replace('@', ':hunter2hunter2@');
    const shown = await refused(['--url', withPassword]);
    expect(shown).toMatch(/^2: error: --url has a password in it/);
    expect(shown).not.toContain('hunter2');
    expect(await refused(['--url', 'postgres://x@y/z'])).toMatch(/^2: .*no URL of a database/);
    expect(await refused(['--url', `mysql://x@${settings.host}`])).toMatch(/^2: .*names no schema/);
    expect(await refused([])).toMatch(/^2: .*which database\?/);
    expect(await refused(['--url', url, '--db=shop'], cliOf(project, null))).toMatch(
      /^2: .*SHOP_DB_PASSWORD is not set/,
    );
    expect(await refused(['--url', url, '--db=shop', '--password-file', 'none'])).toMatch(
      /^2: .*cannot read the password/,
    );
    expect(await refused(['--url', url, '--db=shop'], cliOf(project, 'wrong-password'))).toMatch(
      /^2: .*refused the user or the password/,
    );
    expect(await refused(['--url', url.replace(/:\d+\//, ':1/'), '--db=shop'])).toMatch(
      /^3: .*no server answers/,
    );
    expect(await refused(['--url', `${url}_none`, '--db=shop'])).toMatch(/^3: .*does not exist/);
    expect(await refused(['--url', url, '--db=shop', '--yes'])).toMatch(/^3: .*has no table/);

    await schema.connection.query(ORDERS);
    await schema.connection.query('CREATE TABLE secret (id INT PRIMARY KEY, updated_at DATETIME NOT NULL)');
    await using nobody = await createUser(server, []);
    await using reader = await createUser(server, [
      `SELECT ON \`${schema.name}\`.orders`,
      `INSERT ON \`${schema.name}\`.secret`,
    ]);
    const as = (user: { readonly name: string; readonly password: string }) =>
      [
        ['--url', urlOf({ ...settings, user: user.name }), '--db=shop'],
        cliOf(project, user.password),
      ] as const;
    expect(await refused(...as(nobody))).toMatch(/^3: .*may not use schema/);
    const [args, options] = as(reader);
    const some = await runCliJson(initDocument, ['init', ...args], options);
    expect(some.document).toMatchObject({
      written: false,
      tables: [
        { table: 'orders', leftOut: null },
        { table: 'secret', leftOut: expect.stringContaining('GRANT SELECT ON') as string },
      ],
    });

    await project.write('knexfile.ts', 'export default { client: "mysql2" };\n');
    expect(await refused(['--url', url, '--db=shop', '--yes'])).toMatch(/^4: .*no project of tidemark/);
  });

  test('takes the password from a file, whatever characters it has, never shows it, and needs one connection', async () => {
    await using schema = await createSchema(server);
    await using project = await createFolder();
    await schema.connection.query(ORDERS);
    await schema.connection.query('CREATE TABLE more LIKE orders');
    await using user = await createUser(server, [`ALL ON \`${schema.name}\`.*`]);
    const password = `it's "a" #secret $HOME \\n ${user.password}`;
    await schema.connection.query(`ALTER USER ?@'%' IDENTIFIED BY ?`, [user.name, password]);
    // One connection is enough.
    await schema.connection.query(`ALTER USER ?@'%' WITH MAX_USER_CONNECTIONS 1`, [user.name]);
    await project.write('password', `${password}\n`);
    const url = urlOf({ ...schema.settings, user: user.name });
    const made = await runCli(
      ['init', '--url', url, '--db=shop', '--password-file', 'password', '--yes'],
      cliOf(project, null),
    );
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stdout + made.stderr).not.toContain(user.password);
    const status = await runCli(['migrate', 'status'], cliOf(project, null));
    expect(status.exitCode, status.stderr).toBe(0);
  });
});
