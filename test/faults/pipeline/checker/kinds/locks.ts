import type { Kind } from '../kind.ts';
import type { Scene } from '../scene.ts';
import { comeLate } from './latecomers.ts';

const HOLD = [2000, 4000] as const;
const BETWEEN = [300, 1500] as const;

export const TABLE_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'LOCK TABLES orders READ', 'tables locked'),
  // Beside crashes and prepared transactions the lock itself is seldom had in time; writers wait for it all the same.
  counts: ['waited for a lock'],
};

/** As a backup takes it: the commits of all transactions wait as well. */
export const GLOBAL_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'FLUSH TABLES WITH READ LOCK', 'server locked'),
  counts: ['server locked', 'waited for a lock'],
};

async function hold(scene: Scene, statement: string, count: string): Promise<void> {
  const random = scene.random();
  const holding = scene.repeat(async (connection) => {
    await scene.pause(...BETWEEN, random);
    // Else LOCK TABLES … READ gives way to every writer, and is never had while there are some.
    await connection.query('SET GLOBAL max_write_lock_count = 4');
    await connection.query(statement);
    await scene.pause(...HOLD, random);
    await connection.query('UNLOCK TABLES');
    scene.count(count);
  });
  await Promise.all([holding, comeLate(scene)]);
}
