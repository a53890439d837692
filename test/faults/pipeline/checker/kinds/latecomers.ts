import type { Scene } from '../scene.ts';

const LATECOMERS = 6;

/** Writers that come at any time while a lock is held, where the checker's others all wait from its beginning on. */
export async function comeLate(scene: Scene): Promise<void> {
  await Promise.all(Array.from({ length: LATECOMERS }, () => latecomer(scene)));
}

/**
 * A row is stamped when its statement begins to wait for the lock, and its transaction begins when the lock is let go:
 * for as long as that is open, the row is older than any list of transactions says.
 */
async function latecomer(scene: Scene): Promise<void> {
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
