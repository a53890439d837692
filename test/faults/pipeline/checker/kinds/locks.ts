import type { Kind } from '../kind.ts';
import type { Scene } from '../scene.ts';

/** Writers that wait behind one of these are stamped now, and their transactions begin when it is let go. */
const HOLD = [1000, 4000] as const;
const BETWEEN = [500, 2500] as const;

export const TABLE_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'LOCK TABLES orders READ, visits READ, actions READ', 'tables locked'),
  counts: ['tables locked'],
};

/** As a backup takes it: the commits of all transactions wait as well. */
export const GLOBAL_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'FLUSH TABLES WITH READ LOCK', 'server locked'),
  counts: ['server locked'],
};

async function hold(scene: Scene, statement: string, count: string): Promise<void> {
  const random = scene.random();
  await scene.repeat(async (connection) => {
    await scene.pause(...BETWEEN, random);
    await connection.query(statement);
    await scene.pause(...HOLD, random);
    await connection.query('UNLOCK TABLES');
    scene.count(count);
  });
}
