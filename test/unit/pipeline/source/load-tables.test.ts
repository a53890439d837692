import { describe, expect, test } from 'vitest';
import type { Project, ProjectDatabase } from '../../../../src/config/project.ts';
import { loadTables, selectTables } from '../../../../src/pipeline/source/load-tables.ts';

const directory = '/project';
const database: ProjectDatabase = {
  name: 'shop',
  spec: {},
  migrationsDirectory: `${directory}/migrations/shop`,
  tablesFile: `${directory}/tables/shop.ts`,
  seedsDirectory: `${directory}/seeds/shop`,
};

/** A project whose table file exports this. */
function project(exported: unknown): Project {
  return { directory, databases: [database], loadModule: async () => ({ default: exported }) };
}

const orders = { table: 'orders', cursor: 'changed', index: 'idx_changed' };

describe('tables/<database>.ts', () => {
  test('names get the prefix that the database really has', async () => {
    const tables = await loadTables(
      project([{ ...orders, table: 'matomo_log', renamedFrom: 'matomo_old' }, orders]),
      database,
      { written: 'matomo_', actual: 'piwik_' },
    );
    expect(tables.map(({ name, formerName }) => [name, formerName])).toEqual([
      ['piwik_log', 'piwik_old'],
      ['orders', null],
    ]);
    expect(selectTables(tables, ['matomo_log'])).toHaveLength(1);
    expect(selectTables(tables, ['piwik_log'])).toHaveLength(1);
    expect(selectTables(tables, [])).toHaveLength(2);
    expect(() => selectTables(tables, ['order'])).toThrow(
      expect.objectContaining({ exitCode: 2, hints: ['did you mean "orders"?'] }),
    );
  });

  test('every fault is reported at once, with the file and the table', async () => {
    const faulty = [
      { table: 'orders', cursor: 'changed' },
      { ...orders, timeZone: 'Shanghai' },
      { ...orders, table: 'twice' },
      { ...orders, table: 'twice', lookback: -1 },
      { ...orders, table: 'twice', coursor: 'x' },
      { ...orders, table: 'twice' },
      'users',
    ];
    await expect(loadTables(project(faulty), database, null)).rejects.toMatchObject({
      exitCode: 2,
      faults: [
        expect.stringMatching(/^tables\/shop.ts, table "orders": "index"/),
        expect.stringMatching(/^tables\/shop.ts, table "orders": "timeZone": expected an offset/),
        expect.stringMatching(/table "twice": "lookback"/),
        expect.stringMatching(/table "twice": .*coursor/),
        expect.stringMatching(/entry 7/),
        'tables/shop.ts: table "twice" is listed more than once',
      ],
    });
  });

  test('a file that exports no list, and a database without a file', async () => {
    await expect(loadTables(project({ orders }), database, null)).rejects.toMatchObject({ exitCode: 2 });
    await expect(loadTables(project([]), { ...database, tablesFile: null }, null)).rejects.toMatchObject({
      exitCode: 2,
      message: 'database "shop" has no tables/shop.ts',
    });
  });
});
