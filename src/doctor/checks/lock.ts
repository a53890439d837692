import { describeHolder, findLockHolder } from '../../migrations/lock-holder.ts';
import { lockNames } from '../../migrations/lock.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

export const lockCheck: DatabaseCheck = {
  name: 'lock',
  run: async ({ database }) => {
    await using session = await database.session();
    const names = lockNames(database.schema);
    for (const name of [names.runner, names.statement]) {
      const holder = await findLockHolder(session, name);
      if (holder !== null) {
        return warning(
          `a migration is at work: ${describeHolder(holder)} holds the lock`,
          `wait for it; if its process is dead, end its connection: KILL ${holder.connectionId}`,
        );
      }
    }
    return passed('free: no migration is at work');
  },
};
