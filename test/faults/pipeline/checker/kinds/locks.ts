import type { Kind } from '../kind.ts';
import type { Scene } from '../scene.ts';

const HOLD = [2000, 4000] as const;
const BETWEEN = [300, 1500] as const;
/** Come at any time while a lock is held, where the checker's other writers all wait from its beginning on. */
const LATECOMERS = 6;

export const TABLE_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'LOCK TABLES orders READ', 'tables locked'),
  counts: ['tables locked', 'waited for a lock'],
};

/** As a backup takes it: the commits of all transactions wait as well. */
export const GLOBAL_LOCKS: Kind = {
  disturb: (scene) => hold(scene, 'FLUSH TABLES WITH READ LOCK', 'server locked'),
  counts: ['server locked', 'waited for a lock'],
};

async function hold(scene: Scene, statement: string, count: string): Promise<void> {
  const random = scene.random();
  const latecomers = Array.from({ length: LATECOMERS }, () => comeLate(scene));
  await scene.repeat(async (connection) => {
    await scene.pause(...BETWEEN, random);
    await connection.query(statement);
    await scene.pause(...HOLD, random);
    await connection.query('UNLOCK TABLES');
    scene.count(count);
  });
  await Promise.all(latecomers);
}

/**
 * A row is stamped when its statement begins to wait for the lock, and its transaction begins when the lock is let go:
 * for as long as that is open, the row is older than any list of transactions says.
 */
async function comeLate(scene: Scene): Promise<void> {
  const random = scene.random();
  await scene.repeat(async (connection) => {
    await scene.pause(0, 2000, random);
    await connection.query('START TRANSACTION');
    const started = performance.now();
    const n = random.between(1, 1_000_000);
    await connection.query(
      random.chance(0.5)
        ? `UPDATE orders SET n = ${n}, note = 'waited' WHERE id = ${random.between(1, 2000)}`
        : `INSERT INTO orders (n, note) VALUES (${n}, 'waited')`,
    );
    if (performance.now() - started > 500) scene.count('waited for a lock');
    await scene.pause(0, random.chance(0.5) ? 0 : 3000, random);
    await connection.query('COMMIT');
  });
}
