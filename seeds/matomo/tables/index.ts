import type { SeedParameters } from '../../lib/parameters.ts';
import { logAction } from './log-action.ts';
import { logConversion } from './log-conversion.ts';
import { logLinkVisitAction } from './log-link-visit-action.ts';
import { logVisit } from './log-visit.ts';

/** Rows of each table for so many actions of visits. */
export const sizesOf = (linkRows: number) => ({
  linkRows,
  rows: Math.floor(linkRows / 40),
  actionRows: Math.floor(linkRows / 20),
});

/** Matomo's four log tables for so many actions of visits. */
export function matomoTables({ rows, seed, tablePrefix }: SeedParameters) {
  const sizes = sizesOf(rows);
  return {
    logVisit: logVisit(tablePrefix, sizes, seed),
    logAction: logAction(tablePrefix, sizes.actionRows),
    logLinkVisitAction: logLinkVisitAction(tablePrefix, rows, sizes.actionRows, seed),
    logConversion: logConversion(tablePrefix, sizes, seed),
  };
}
