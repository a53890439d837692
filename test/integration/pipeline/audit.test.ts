import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/pipeline/compare/audit.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import { openSink, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createUser, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe.each(servers)('the audit on $label', (server) => {
  test('finds beforehand that a foreign key changes rows and moves no cursor', async () => {
    await using extraction = await createExtraction(server);
    const columns =
      'id INT PRIMARY KEY, pid INT, `a``b` INT, t DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), KEY t (t)';
    await extraction.sql(
      'CREATE TABLE parent (id INT PRIMARY KEY)',
      'INSERT INTO parent VALUES (1), (2)',
      `CREATE TABLE child (${columns}, CONSTRAINT \`of \`\`it\` FOREIGN KEY (pid) REFERENCES parent (id) ON UPDATE CASCADE ON DELETE SET NULL,
         CONSTRAINT also FOREIGN KEY (\`a\`\`b\`) REFERENCES parent (id) ON DELETE SET NULL)`,
      `CREATE TABLE still (${columns}, CONSTRAINT deleting FOREIGN KEY (pid) REFERENCES parent (id) ON DELETE CASCADE,
         CONSTRAINT refusing FOREIGN KEY (\`a\`\`b\`) REFERENCES parent (id)) COMMENT 'CONSTRAINT \`x\` FOREIGN KEY ON UPDATE CASCADE'`,
      'INSERT INTO child (id, pid) VALUES (1, 1), (2, 2)',
    );
    await using user = await createUser(server, [`SELECT ON \`${extraction.schema}\`.*`]);
    await using database = await openTestDatabase({
      ...extraction.settings,
      user: user.name,
      password: user.password,
    });
    const specs = ['child', 'still'].map((table) => ({ table, cursor: 't', index: 't' }));
    const findings = await audit({ databases: [{ database, tables: specs.map(extracted) }] });
    expect(findings.toSorted((a, b) => a.kind.localeCompare(b.kind))).toMatchObject([
      { table: 'child', kind: 'cascade-without-cursor', constraint: 'also', actions: 'ON DELETE SET NULL' },
      {
        table: 'child',
        kind: 'cascade-without-cursor',
        constraint: 'of `it',
        actions: 'ON DELETE SET NULL ON UPDATE CASCADE',
        advice: expect.stringContaining('reconcile'),
      },
    ]);
    // It is as the advice says.
    await extraction.runTable(specs[0]!);
    await extraction.sql('UPDATE parent SET id = 10 WHERE id = 1', 'DELETE FROM parent WHERE id = 2');
    expect((await extraction.runTable(specs[0]!)).rows).toBe(0);
    expect(await extraction.compare('child')).toHaveLength(2);
  });

  test('says of each cursor why it cannot be trusted, and of a good one nothing', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE good (id INT PRIMARY KEY, t DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), KEY t (t))',
      'INSERT INTO good (id) VALUES (1)',
      'CREATE TABLE bad (id INT PRIMARY KEY, t DATETIME NULL, KEY t (t))',
      `INSERT INTO bad SELECT n, '2024-01-01' FROM ${numbers(4)}`,
      "INSERT INTO bad VALUES (20001, NULL), (20002, NULL), (20003, '2199-01-01')",
      'CREATE TABLE bare (id INT PRIMARY KEY, t TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)',
      'CREATE TABLE ids (id INT AUTO_INCREMENT PRIMARY KEY)',
    );
    const tables = [
      ...['good', 'bad', 'bare'].map((table) => ({ table, cursor: 't', index: 't' })),
      { table: 'ids', cursor: 'id', index: 'PRIMARY' },
    ].map(extracted);
    const findings = await audit({ databases: [{ database: extraction.database, tables }] });
    expect(findings.map(({ table, kind }) => `${table}: ${kind}`)).toEqual([
      'bad: no-on-update',
      'bad: null-cursor',
      'bad: future-cursor',
      'bad: many-ties',
      'bare: missing-index',
      'ids: inserts-only',
    ]);
    expect(findings).toMatchObject([
      {},
      { rows: 2 },
      { value: '2199-01-01 00:00:00' },
      { value: '2024-01-01 00:00:00', rows: 10_000 },
      { advice: expect.stringContaining('migrate:create') as string },
      {},
    ]);
  });

  test.each(['duckdb', 'parquet'] as const)(
    'rows that changed without their cursor, in a %s sink',
    async (kind) => {
      await using extraction = await createExtraction(server);
      await using directory = await temporaryDirectory();
      await extraction.sql(
        `CREATE TABLE changes (site INT, name VARCHAR(40), n INT, phone VARCHAR(20), t DATETIME NULL DEFAULT '2024-01-01', PRIMARY KEY (site, name), KEY t (t))`,
        `INSERT INTO changes (site, name, n, phone) SELECT n % 7, CONCAT('Name ', n), n, n FROM ${numbers(4)}`,
        `INSERT INTO changes (site, name, n, phone) SELECT n % 7, CONCAT('name-', n), n, n FROM ${numbers(4)}`,
        "INSERT INTO changes VALUES (1, 'nothing', 0, '', NULL)",
        'CREATE TABLE never (id INT PRIMARY KEY, t DATETIME NOT NULL, KEY t (t))',
      );
      const location = kind === 'duckdb' ? extraction.duckdbFile : directory.path;
      const spec: SinkSpec = { kind, location };
      const changes = extracted({ table: 'changes', cursor: 't', index: 't', mask: { phone: 'hash' } });
      const never = extracted({ table: 'never', cursor: 't', index: 't' });
      const { database } = extraction;
      {
        await using sink = await openSink(spec);
        const options = { lagSeconds: 0, maskSalt: 'salt' };
        await extractLoad({ databases: [{ database, tables: [changes] }], sink, options });
      }
      const look = async () => {
        await using sink = await openSink(spec);
        const findings = await audit({
          databases: [{ database, tables: [changes, never] }],
          sink,
        });
        return findings.filter((finding) => finding.kind === 'changed-without-cursor');
      };
      // Neither a row that is gone, nor one that is not loaded yet, nor one that every run reads again.
      await extraction.sql(
        "DELETE FROM changes WHERE n % 11 = 0 AND name LIKE 'Name%'",
        "UPDATE changes SET n = -1, t = '2199-01-01' WHERE n % 13 = 0",
        'UPDATE changes SET n = -1 WHERE t IS NULL',
      );
      expect(await look()).toEqual([]);
      await extraction.sql("UPDATE changes SET n = -2 WHERE t = '2024-01-01' AND n % 2 = 0");
      const [finding, ...others] = await look();
      expect(others).toEqual([]);
      expect(finding).toMatchObject({
        table: 'changes',
        advice: expect.stringContaining('reconcile') as string,
      });
      expect(finding!.rowsSampled).toBeGreaterThan(1000);
      expect(finding!.rowsSampled).toBeLessThanOrEqual(20_000);
      expect(finding!.rows / finding!.rowsSampled).toBeGreaterThan(0.2);
      expect(finding!.examples).toHaveLength(5);
      expect(finding!.examples[0]).toHaveLength(2);
    },
  );

  test('a small table is looked at whole, a large one by a sample', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      "CREATE TABLE small (id INT PRIMARY KEY, n INT, t DATETIME NOT NULL DEFAULT '2024-01-01' ON UPDATE CURRENT_TIMESTAMP, KEY t (t))",
      'INSERT INTO small (id, n) VALUES (1, 1), (2, 2), (3, 3)',
      "CREATE TABLE large (id INT PRIMARY KEY, n INT, t DATETIME NOT NULL DEFAULT '2024-01-01' ON UPDATE CURRENT_TIMESTAMP, KEY t (t))",
      `INSERT INTO large (id, n) SELECT n, n FROM ${numbers(5)} WHERE n <= 40000`,
    );
    const specs = ['small', 'large'].map((table) => ({ table, cursor: 't', index: 't' }));
    await extraction.run(specs);
    await extraction.sql(
      'UPDATE small SET n = 9, t = t WHERE id = 2',
      'UPDATE large SET n = 0, t = t WHERE id % 4 = 0',
    );
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const databases = [{ database: extraction.database, tables: specs.map(extracted) }];
    const findings = await audit({ databases, sink });
    const changed = findings.filter((finding) => finding.kind === 'changed-without-cursor');
    expect(changed).toMatchObject([
      { table: 'small', rowsSampled: 3, rows: 1, examples: [['2']] },
      { table: 'large' },
    ]);
    expect(changed[1]!.rowsSampled).toBeLessThanOrEqual(10_000);
    expect(changed[1]!.rows / changed[1]!.rowsSampled).toBeCloseTo(0.25, 1);
  });
});
