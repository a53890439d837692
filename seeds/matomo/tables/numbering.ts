/**
 * How visits and their actions are numbered: every 16 actions belong to four visits of 1, 2, 5 and 8 actions, so each is
 * found from the other by arithmetic and both tables agree without a join.
 */
const BLOCK = 16;
const VISITS_PER_BLOCK = 4;
const FIRST_ACTION = [0, 1, 3, 8] as const;
const ACTIONS = [1, 2, 5, 8] as const;

const choose = (index: string, values: readonly number[]): string =>
  `ELT(1 + ${index}, ${values.join(', ')}) + 0`;

/** Number of visits that `actions` actions make up. */
export const visitsOf = (actions: number): number =>
  Math.floor(actions / BLOCK) * VISITS_PER_BLOCK +
  FIRST_ACTION.filter((offset) => offset < actions % BLOCK).length;

/** Visit of action number `action`. */
export function visitOfAction(action: string): string {
  const offset = `((${action} - 1) % ${BLOCK})`;
  return `((${action} - 1) DIV ${BLOCK} * ${VISITS_PER_BLOCK} + 1
    + (${offset} >= ${FIRST_ACTION[1]}) + (${offset} >= ${FIRST_ACTION[2]}) + (${offset} >= ${FIRST_ACTION[3]}))`;
}

/** Number of the first action of visit number `visit`. */
export const firstActionOf = (visit: string): string =>
  `((${visit} - 1) DIV ${VISITS_PER_BLOCK} * ${BLOCK} + 1
    + CAST(${choose(`(${visit} - 1) % ${VISITS_PER_BLOCK}`, FIRST_ACTION)} AS SIGNED))`;

/** Number of actions of visit number `visit`, of which the last visit may have fewer than its share. */
export const actionsOf = (visit: string, actions: number): string =>
  `GREATEST(1, LEAST(CAST(${choose(`(${visit} - 1) % ${VISITS_PER_BLOCK}`, ACTIONS)} AS SIGNED),
    ${actions} + 1 - ${firstActionOf(visit)}))`;
