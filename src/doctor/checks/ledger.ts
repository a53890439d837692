import { readLedger } from '../../migrations/ledger.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

export const ledgerCheck: DatabaseCheck = {
  name: 'ledger',
  run: async ({ database }) => {
    const entries = await readLedger(database);
    if (entries.length === 0) return passed('empty: the first "migrate up" creates it');
    const unfinished = entries.filter(({ state }) => state === 'building' || state === 'dropping');
    const failures = entries.filter(({ state }) => state === 'failed');
    const troubled = [...unfinished, ...failures].map(({ migration, state }) => `${migration} (${state})`);
    if (troubled.length === 0) return passed(`${entries.length} migrations recorded`);
    return warning(
      `not at rest: ${troubled.join(', ')}`,
      `unless a run is at work, npm run migrate:up -- --db=${database.name} settles them`,
    );
  },
};
