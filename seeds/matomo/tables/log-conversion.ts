import { draw, hash, sometimes } from '../../lib/expressions.ts';
import type { SampleColumn, SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds } from '../../lib/timeline.ts';
import { pageUrl } from './log-action.ts';
import { firstActionOf, visitsOf } from './numbering.ts';
import {
  customDimensions,
  deviceColumns,
  locationColumns,
  referrerColumns,
  site,
  visitHash,
  visitor,
  visitorColumns,
} from './shared-columns.ts';

/** Matomo's goal number of an abandoned cart, the one conversion that it updates in place. */
export const CART = -1;

const money = (name: string, percent: number): SampleColumn => ({
  name,
  type: 'DOUBLE NULL',
  value: sometimes(name, percent, `${draw(name, 100_000)} * 0.01`),
});

/** Visits from which one pair of conversions is chosen. */
const spacing = (visits: number, rows: number): number => Math.floor(visits / Math.ceil(rows / 2));

/** Visit of pair number `pair` (from 0): rises with it, no two pairs share one. */
export function visitOfPair(pair: string, visits: number, rows: number, seed: number): string {
  const space = spacing(visits, rows);
  return `(1 + ${pair} * ${space} + ${hash(`${pair}, ':pair'`, seed)} % ${space})`;
}

/**
 * Conversions in pairs, so that visits with several exist: an even row is an order (goal 0, own buster and order
 * number); an odd one is a cart (every second pair) or a goal reached.
 *
 * @param visit SQL of the visit of conversion `id`
 */
export function logConversion(
  prefix: string,
  sizes: { readonly rows: number; readonly linkRows: number; readonly actionRows: number },
  seed: number,
  visit?: string,
): SampleTable {
  const { rows, linkRows, actionRows } = sizes;
  const visits = visitsOf(linkRows);
  const pair = '((id - 1) DIV 2)';
  return {
    name: `${prefix}log_conversion`,
    rows,
    // The key is composite and no column numbers the rows, but they come in order and whole chunks, so their count does.
    lastRow: 'COUNT(*)',
    computed: [
      { visit: visit ?? visitOfPair(pair, visits, rows, seed) },
      {
        vh: visitHash('visit', seed),
        started: createdSeconds('visit', visits, seed),
        link: firstActionOf('visit'),
      },
    ],
    columns: [
      { name: 'idvisit', type: 'BIGINT(10) UNSIGNED NOT NULL', value: 'visit' },
      site,
      visitor(visits, seed),
      { name: 'server_time', type: 'DATETIME NOT NULL', value: at('started') },
      { name: 'idaction_url', type: 'INT(10) UNSIGNED NULL', value: pageUrl('link', actionRows, seed) },
      { name: 'idlink_va', type: 'BIGINT(10) UNSIGNED NULL', value: 'link' },
      {
        name: 'idgoal',
        type: 'INT(10) NOT NULL',
        value: `CASE WHEN id % 2 = 0 THEN 0 WHEN ${pair} % 2 = 0 THEN ${CART} ELSE 1 + ${draw('goal', 3)} END`,
      },
      { name: 'buster', type: 'INT UNSIGNED NOT NULL', value: 'IF(id % 2 = 0, h, 0)' },
      {
        name: 'idorder',
        type: 'VARCHAR(100) NULL',
        value: "IF(id % 2 = 0, CONCAT('订单-', LPAD(id, 9, '0')), NULL)",
      },
      { name: 'items', type: 'SMALLINT UNSIGNED NULL', value: `1 + ${draw('items', 9)}` },
      {
        name: 'url',
        type: 'VARCHAR(4096) NOT NULL',
        value: `CONCAT('https://example.org/数据/', ${draw('url', 10_000)})`,
      },
      money('revenue', 100),
      money('revenue_shipping', 50),
      money('revenue_subtotal', 80),
      money('revenue_tax', 80),
      money('revenue_discount', 10),
      { name: 'pageviews_before', type: 'SMALLINT UNSIGNED NULL', value: draw('pageviews', 30) },
      ...visitorColumns,
      ...deviceColumns,
      ...referrerColumns,
      ...locationColumns,
      ...customDimensions,
    ],
    keys: [
      'PRIMARY KEY (`idvisit`, `idgoal`, `buster`)',
      'UNIQUE KEY `unique_idsite_idorder` (`idsite`, `idorder`)',
      'KEY `index_idsite_datetime` (`idsite`, `server_time`)',
    ],
  };
}
