import { draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleColumn, SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds } from '../../lib/timeline.ts';
import { pageName, pageUrl } from './log-action.ts';
import { firstActionOf, visitOfAction, visitsOf } from './numbering.ts';
import { customDimensions, PACE, site, visitHash, visitor } from './shared-columns.ts';

const CATEGORIES = ['气象', '交通', '医疗'];

const reference = (name: string, value?: string): SampleColumn => {
  const column = { name, type: 'INT(10) UNSIGNED NULL' };
  return value === undefined ? column : { ...column, value };
};

const milliseconds = (name: string, most: number): SampleColumn => ({
  name,
  type: 'MEDIUMINT(10) UNSIGNED NULL',
  value: sometimes('timed', 80, draw(name, most)),
});

/**
 * Actions of visits, the largest table.
 *
 * @param visit SQL of the visit of action `id`; by default the one that its number belongs to
 */
export function logLinkVisitAction(
  prefix: string,
  rows: number,
  actionRows: number,
  seed: number,
  visit: string = visitOfAction('id'),
): SampleTable {
  const visits = visitsOf(rows);
  return {
    name: `${prefix}log_link_visit_action`,
    rows,
    lastRow: 'MAX(idlink_va)',
    computed: [
      { visit, numbered: visitOfAction('id') },
      {
        vh: visitHash('visit', seed),
        position: `id - ${firstActionOf('numbered')}`,
        started: createdSeconds('visit', visits, seed),
      },
    ],
    columns: [
      { name: 'idlink_va', type: 'BIGINT(10) UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
      site,
      visitor(visits, seed),
      { name: 'idvisit', type: 'BIGINT(10) UNSIGNED NOT NULL', value: 'visit' },
      reference('idaction_url_ref', `IF(position = 0, NULL, ${pageUrl('(id - 1)', actionRows, seed)})`),
      reference('idaction_name_ref', `IF(position = 0, NULL, ${pageName('(id - 1)', actionRows, seed)})`),
      {
        name: 'custom_float',
        type: 'DOUBLE NULL',
        value: sometimes('custom', 5, `${draw('custom', 1000)} * 0.125`),
      },
      { name: 'pageview_position', type: 'MEDIUMINT UNSIGNED NULL', value: 'position + 1' },
      { name: 'server_time', type: 'DATETIME NOT NULL', value: at(`started + position * ${PACE}`) },
      { name: 'idpageview', type: 'CHAR(6) NULL', value: `LOWER(LPAD(HEX(h & 16777215), 6, '0'))` },
      reference('idaction_name', pageName('id', actionRows, seed)),
      reference('idaction_url', pageUrl('id', actionRows, seed)),
      {
        name: 'search_cat',
        type: 'VARCHAR(200) NULL',
        value: sometimes('search', 3, pick('search', CATEGORIES)),
      },
      {
        name: 'search_count',
        type: 'INT(10) UNSIGNED NULL',
        value: sometimes('search', 3, draw('found', 200)),
      },
      { name: 'time_spent_ref_action', type: 'INT(10) UNSIGNED NULL', value: `IF(position = 0, 0, ${PACE})` },
      reference('idaction_content_interaction'),
      reference('idaction_content_name'),
      reference('idaction_content_piece'),
      reference('idaction_content_target'),
      reference('idaction_event_action'),
      reference('idaction_event_category'),
      reference('idaction_product_cat'),
      reference('idaction_product_name'),
      reference('idaction_product_sku'),
      {
        name: 'product_price',
        type: 'DOUBLE NULL',
        value: sometimes('product', 5, `${draw('product', 100_000)} * 0.01`),
      },
      milliseconds('time_dom_completion', 3000),
      milliseconds('time_dom_processing', 2000),
      milliseconds('time_network', 500),
      milliseconds('time_on_load', 200),
      milliseconds('time_server', 900),
      milliseconds('time_transfer', 300),
      { name: 'time_spent', type: 'INT UNSIGNED NULL', value: `${PACE}` },
      ...customDimensions,
    ],
    keys: [
      'PRIMARY KEY (`idlink_va`)',
      'KEY `index_idvisit` (`idvisit`)',
      'KEY `index_idsite_servertime` (`idsite`, `server_time`)',
    ],
  };
}
