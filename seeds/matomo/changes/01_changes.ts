import type { Knex } from 'knex';
import { appendRows, requireSeeded, updateRows } from '../../lib/changes.ts';
import { seedParameters } from '../../lib/parameters.ts';
import { CART, logConversion, visitOfPair } from '../tables/log-conversion.ts';
import { logLinkVisitAction } from '../tables/log-link-visit-action.ts';
import { matomoTables, sizesOf } from '../tables/index.ts';

/**
 * One round of what Matomo's tracker does: visits go on and new ones begin, actions and names are only ever added, and of
 * the conversions it is the abandoned carts that are updated in place.
 */
export async function seed(knex: Knex): Promise<void> {
  const parameters = seedParameters(knex);
  const { seed: number, tablePrefix, rows: linkRows } = parameters;
  const tables = matomoTables(parameters);
  const sizes = sizesOf(linkRows);
  await requireSeeded(knex, Object.values(tables), parameters);

  const changed = (table: string, updated: number, inserted: number): void => {
    parameters.onChanged?.({ table, updated, inserted });
    parameters.report?.(`${table}: ${updated} rows updated, ${inserted} inserted`);
  };

  const goOn = `t.visit_last_action_time = UTC_TIMESTAMP(), t.visit_total_actions = t.visit_total_actions + 1,
    t.visit_total_time = t.visit_total_time + 30`;
  const visitsUpdated = await updateRows(
    knex,
    tables.logVisit,
    { population: tables.logVisit.rows, on: 't.idvisit = s.picked', set: goOn },
    parameters,
  );
  const newVisits = await appendRows(
    knex,
    tables.logVisit,
    {
      visit_first_action_time: 'UTC_TIMESTAMP()',
      visit_last_action_time: 'UTC_TIMESTAMP()',
      visit_total_time: '0',
    },
    parameters,
  );
  changed(tables.logVisit.name, visitsUpdated, newVisits.rows);

  const names = await appendRows(knex, tables.logAction, {}, parameters);
  changed(tables.logAction.name, 0, names.rows);

  const ofNewVisit = `(${newVisits.first} + id % ${newVisits.rows})`;
  const links = logLinkVisitAction(tablePrefix, linkRows, sizes.actionRows, number, ofNewVisit);
  const newLinks = await appendRows(knex, links, { server_time: 'UTC_TIMESTAMP()' }, parameters);
  changed(links.name, 0, newLinks.rows);

  // Even pairs have a cart: pair 2k for k from 0.
  const pairs = Math.ceil(sizes.rows / 2);
  const cart = visitOfPair('((s.picked - 1) * 2)', tables.logVisit.rows, sizes.rows, number);
  const cartsUpdated = await updateRows(
    knex,
    tables.logConversion,
    {
      population: Math.ceil(pairs / 2),
      on: `t.idvisit = ${cart} AND t.idgoal = ${CART} AND t.buster = 0`,
      set: 't.server_time = UTC_TIMESTAMP(), t.items = t.items + 1, t.revenue = t.revenue + 1',
    },
    parameters,
  );
  const conversions = logConversion(tablePrefix, sizes, number, ofNewVisit);
  const newConversions = await appendRows(knex, conversions, { server_time: 'UTC_TIMESTAMP()' }, parameters);
  changed(conversions.name, cartsUpdated, newConversions.rows);
}
