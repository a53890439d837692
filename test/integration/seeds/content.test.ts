import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { seedDatabase } from '../../../src/dev/seed.ts';
import { servers } from '../../support/schemas.ts';
import { numberOf, rowsOf, sampleSchema, TABLES, type SampleDatabase } from './sample.ts';

const databases = Object.keys(TABLES) as SampleDatabase[];

describe.each(databases)('the %s sample', (database) => {
  test('is the same on every server and run, and another seed gives other rows', async () => {
    const samples = await Promise.all(
      servers.map(async (server) => {
        await using sample = await sampleSchema(server, database);
        await using again = await sampleSchema(server, database);
        await using other = await sampleSchema(server, database);
        await seedDatabase(sample.options({ rows: 1_003 }));
        await seedDatabase(again.options({ rows: 1_003 }));
        await seedDatabase(other.options({ rows: 1_003, seed: 8 }));
        return await Promise.all(
          TABLES[database].map(async (table) => {
            const rows = await rowsOf(sample.connection, table);
            expect(await rowsOf(again.connection, table), table).toEqual(rows);
            expect(await rowsOf(other.connection, table), table).not.toEqual(rows);
            return { table, rows };
          }),
        );
      }),
    );
    const [first, ...others] = samples;
    for (const sample of others) expect(sample).toEqual(first);
  });
});

describe.each(servers)('on $label', (server) => {
  test.each([
    ['business', { user: 100, dataset: 20, order_tab: 2_000, api_order: 500, dataset_image: 1_000 }],
    [
      'matomo',
      {
        matomo_log_visit: 500,
        matomo_log_action: 100,
        matomo_log_link_visit_action: 2_000,
        matomo_log_conversion: 50,
      },
    ],
  ] as const)(
    '%s has the stated proportions and no index that migrations bring',
    async (database, expected) => {
      await using sample = await sampleSchema(server, database);
      const report = await seedDatabase(sample.options({ rows: 2_000 }));

      const reported = Object.fromEntries(
        report.tables.map(({ table, rows, inserted }) => [table, [rows, inserted]]),
      );
      for (const [table, rows] of Object.entries(expected)) {
        expect(await numberOf(sample.connection, `SELECT COUNT(*) FROM \`${table}\``), table).toBe(rows);
        expect(reported[table]).toEqual([rows, rows]);
      }
      const named = `SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME LIKE 'idx%'`;
      expect(await numberOf(sample.connection, named)).toBe(0);
    },
  );

  test('business times span two years, have ties, and updates follow creations', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options({ rows: 20_000 }));
    const value = (sql: string) => numberOf(sample.connection, sql);

    for (const table of TABLES.business) {
      expect(await value(`SELECT SUM(update_time < create_time) FROM \`${table}\``), table).toBe(0);
      expect(await value(`SELECT YEAR(MIN(create_time)) FROM \`${table}\``), table).toBe(2024);
      expect(await value(`SELECT MAX(update_time) < '2026-01-01' FROM \`${table}\``), table).toBe(1);
    }
    const span = 'SELECT DATEDIFF(MAX(create_time), MIN(create_time)) FROM order_tab';
    expect(await value(span)).toBeGreaterThan(725);
    const largestTie = (column: string) =>
      value(`SELECT MAX(tie) FROM (SELECT COUNT(*) AS tie FROM order_tab GROUP BY ${column}) AS ties`);
    expect(await largestTie('create_time')).toBeGreaterThanOrEqual(16);
    expect(await largestTie('update_time')).toBeGreaterThan(100);
    const falls = `SELECT COUNT(*) FROM order_tab a JOIN order_tab b ON b.id = a.id + 1 WHERE b.create_time < a.create_time`;
    expect(await value(falls)).toBe(0);
  });

  test('business rows have NULLs, Chinese text and 4-byte characters, and refer to rows that exist', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options({ rows: 5_000 }));
    const value = (sql: string) => numberOf(sample.connection, sql);

    for (const column of [
      'order_tab.pay_time',
      'order_tab.remark',
      'user.email',
      'dataset.attributes',
      'dataset_image.caption',
    ]) {
      const [table, name] = column.split('.');
      const share = await value(`SELECT AVG(\`${name}\` IS NULL) FROM \`${table}\``);
      expect(share, column).toBeGreaterThan(0);
      expect(share, column).toBeLessThan(1);
    }
    expect(await value("SELECT SUM(nickname LIKE '%🌊%') FROM `user`")).toBeGreaterThan(0);
    expect(await value("SELECT SUM(HEX(title) LIKE '%E6%') FROM dataset")).toBeGreaterThan(0);
    expect(
      await value(
        'SELECT COUNT(*) FROM order_tab o LEFT JOIN `user` u ON u.id = o.create_user WHERE u.id IS NULL',
      ),
    ).toBe(0);
    expect(
      await value(
        'SELECT COUNT(*) FROM dataset_image i LEFT JOIN dataset d ON d.id = i.dataset_id WHERE d.id IS NULL',
      ),
    ).toBe(0);
    expect(await value('SELECT COUNT(DISTINCT status, quantity) FROM order_tab')).toBe(25);
  });

  test('an order has 12 columns and about 120 bytes as text', async () => {
    await using sample = await sampleSchema(server, 'business');
    await seedDatabase(sample.options());
    const [rows] = await sample.connection.query<RowDataPacket[]>({
      sql: 'SELECT * FROM order_tab',
      dateStrings: true,
    });
    const bytes = rows.map((row) => Buffer.byteLength(Object.values(row).map(String).join('\t')));
    expect(Object.keys(rows[0] ?? {})).toHaveLength(12);
    const mean = bytes.reduce((sum, size) => sum + size, 0) / bytes.length;
    expect(mean).toBeGreaterThan(100);
    expect(mean).toBeLessThan(140);
  });

  test("Matomo's tables agree with each other, also where the last visit is cut short", async () => {
    await using sample = await sampleSchema(server, 'matomo');
    await seedDatabase(sample.options({ rows: 2_005 }));
    const value = (sql: string) => numberOf(sample.connection, sql);

    const wrongTotals = `SELECT COUNT(*) FROM matomo_log_visit v LEFT JOIN
      (SELECT idvisit, COUNT(*) AS actions, MAX(server_time) AS latest, MAX(idlink_va) AS link
       FROM matomo_log_link_visit_action GROUP BY idvisit) a ON a.idvisit = v.idvisit
      WHERE a.actions IS NULL OR a.actions <> v.visit_total_actions OR a.latest <> v.visit_last_action_time
        OR a.link <> v.last_idlink_va OR v.visit_last_action_time < v.visit_first_action_time`;
    expect(await value(wrongTotals)).toBe(0);
    for (const table of ['matomo_log_link_visit_action', 'matomo_log_conversion']) {
      const strangers = `SELECT COUNT(*) FROM ${table} c LEFT JOIN matomo_log_visit v
        ON v.idvisit = c.idvisit AND v.idvisitor = c.idvisitor AND v.idsite = c.idsite WHERE v.idvisit IS NULL`;
      expect(await value(strangers), table).toBe(0);
    }
    const unnamed = `SELECT COUNT(*) FROM matomo_log_link_visit_action l LEFT JOIN matomo_log_action a
      ON a.idaction = l.idaction_url AND a.type = 1 WHERE a.idaction IS NULL`;
    expect(await value(unnamed)).toBe(0);
    expect(await value('SELECT SUM(hash <> CRC32(name)) FROM matomo_log_action')).toBe(0);
    expect(
      await value('SELECT COUNT(*) - COUNT(DISTINCT idvisit) FROM matomo_log_conversion'),
    ).toBeGreaterThan(0);
    expect(await value('SELECT COUNT(DISTINCT idvisitor) < COUNT(*) FROM matomo_log_visit')).toBe(1);
  });

  test("Matomo's table prefix may be another one, or empty", async () => {
    await using sample = await sampleSchema(server, 'matomo');
    await seedDatabase(sample.options({ tablePrefix: '' }));
    expect(await numberOf(sample.connection, 'SELECT COUNT(*) FROM log_visit')).toBe(251);
  });
});
