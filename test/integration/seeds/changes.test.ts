import { describe, expect, test } from 'vitest';
import { changeRows, seedDatabase } from '../../../src/dev/seed.ts';
import { servers } from '../../support/schemas.ts';
import { numberOf, rowsOf, sampleSchema, TABLES, type SampleDatabase } from './sample.ts';

/** Condition of the rows that a change has touched: the sample's own times end before this. */
const SINCE = "> '2026-06-01'";

const CHANGED: Readonly<Record<string, string>> = {
  user: `update_time ${SINCE}`,
  dataset: `update_time ${SINCE}`,
  order_tab: `update_time ${SINCE}`,
  api_order: `update_time ${SINCE}`,
  dataset_image: `update_time ${SINCE}`,
  matomo_log_visit: `visit_last_action_time ${SINCE}`,
  matomo_log_link_visit_action: `server_time ${SINCE}`,
  matomo_log_conversion: `server_time ${SINCE}`,
  // Its cursor is the id: the sample of 4,000 rows has 200 actions.
  matomo_log_action: 'idaction > 200',
};

describe.each(servers)('on $label', (server) => {
  test.each(Object.keys(TABLES) as SampleDatabase[])(
    'changes of %s are counted truly and move every changed row’s cursor',
    async (database) => {
      await using sample = await sampleSchema(server, database);
      const options = sample.options({ rows: 4_000 });
      await seedDatabase(options);
      const before = new Map<string, ReadonlySet<string>>();
      for (const table of TABLES[database]) {
        before.set(
          table,
          new Set((await rowsOf(sample.connection, table)).map((row) => JSON.stringify(row))),
        );
      }

      const report = await changeRows({ ...options, round: 1 });

      expect(report.tables.map(({ table }) => table).toSorted()).toEqual([...TABLES[database]].toSorted());
      for (const { table, updated, inserted } of report.tables) {
        const after = (await rowsOf(sample.connection, table)).map((row) => JSON.stringify(row));
        const old = before.get(table) ?? new Set();
        expect(inserted, table).toBeGreaterThanOrEqual(3);
        expect(after.length - old.size, table).toBe(inserted);
        expect(
          after.filter((row) => !old.has(row)),
          table,
        ).toHaveLength(updated + inserted);
        const moved = `SELECT COUNT(*) FROM \`${table}\` WHERE ${CHANGED[table]}`;
        expect(await numberOf(sample.connection, moved), table).toBe(updated + inserted);
      }
    },
  );

  test('rounds can follow each other, also the same one again, and seeding still finds its rows', async () => {
    await using sample = await sampleSchema(server, 'matomo');
    await seedDatabase(sample.options());
    const rounds = [1, 2, 2];
    for (const round of rounds) {
      const { tables } = await changeRows({ ...sample.options(), round });
      for (const { table, updated, inserted } of tables) {
        expect(inserted, table).toBe(3);
        expect(updated, table).toBe(/visit$|conversion$/.test(table) ? 3 : 0);
      }
    }
    const report = await seedDatabase(sample.options());
    expect(report.tables.map((table) => table.inserted)).toEqual([0, 0, 0, 0]);
  });
});
