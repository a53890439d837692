import type { Knex } from 'knex';
import { appendRows, requireSeeded, updateRows } from '../../lib/changes.ts';
import { seedParameters } from '../../lib/parameters.ts';
import { businessTables } from '../tables/index.ts';

// The server's own clock, as an application's INSERT gets it; on the updates ON UPDATE does the same.
const NOW = { create_time: 'CURRENT_TIMESTAMP', update_time: 'CURRENT_TIMESTAMP' };

/** One round of what an application does in a few minutes: in each table some rows change and some are new. */
export async function seed(knex: Knex): Promise<void> {
  const parameters = seedParameters(knex);
  const tables = businessTables(parameters);
  await requireSeeded(knex, Object.values(tables), parameters);

  const changes = [
    { table: tables.user, set: 't.balance = t.balance + 1' },
    { table: tables.dataset, set: 't.status = (t.status + 1) % 4' },
    { table: tables.orderTab, set: 't.status = (t.status + 1) % 5' },
    { table: tables.apiOrder, set: 't.calls = t.calls + 1, t.amount = t.amount + t.unit_price' },
    { table: tables.datasetImage, set: 't.sort = t.sort + 1' },
  ];
  for (const { table, set } of changes) {
    const on = 't.id = s.picked';
    const updated = await updateRows(knex, table, { population: table.rows, on, set }, parameters);
    const { rows: inserted } = await appendRows(knex, table, NOW, parameters);
    parameters.onChanged?.({ table: table.name, updated, inserted });
    parameters.report?.(`${table.name}: ${updated} rows updated, ${inserted} inserted`);
  }
}
