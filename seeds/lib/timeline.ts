import { draw, hash } from './expressions.ts';

const START = "TIMESTAMP'2024-01-01 00:00:00'";
const BACK_FILL_DAY = 425;
const DAY = 86_400;

/**
 * Seconds from 2024-01-01 00:00:00 to 2026-01-01 00:00:00, the end of creations and updates; what follows a creation (a
 * payment, the last action of a visit) may come minutes to days later.
 */
export const SPAN = 731 * DAY;

/** Rows in a burst: an import or a campaign that creates them within one second. */
const BURST = 16;

/** DATETIME of a number of seconds into the sample's two years. */
export const at = (seconds: string): string => `(${START} + INTERVAL (${seconds}) SECOND)`;

/**
 * Seconds at which row `id` of `rows` came into being: never falls as `id` grows, as with an auto-increment key. One
 * group of 16 rows in four is a burst and shares one second, so there are ties at any size; beyond about one row a
 * second (63 million) every second has them.
 */
export function createdSeconds(id: string, rows: number, seed: number): string {
  const position = `(${id} - 1)`;
  const isBurst = `${hash(`${position} DIV ${BURST}`, seed)} % 4 = 0`;
  const slot = `IF(${isBurst}, ${position} - ${position} % ${BURST}, ${position})`;
  const even = `(${slot}) * ${SPAN} DIV ${rows}`;
  const width = Math.floor(SPAN / rows);
  return width > 1 ? `(${even} + ${hash(`${slot}, ':jitter'`, seed)} % ${width})` : `(${even})`;
}

/**
 * Seconds of the last update, given those of the creation: 40 % of the rows were never touched, 58 % changed within 30
 * days, and 2 % were rewritten by one back-fill in a single second, the tie that a batch of any size has to cross.
 */
export function updatedSeconds(created: string): string {
  const fate = draw('fate', 100);
  const delay = draw('delay', `LEAST(${30 * DAY}, ${SPAN} - ${created})`);
  return `CASE WHEN ${fate} < 40 THEN ${created} WHEN ${fate} < 98 THEN ${created} + ${delay}
    ELSE GREATEST(${created}, ${BACK_FILL_DAY * DAY}) END`;
}
