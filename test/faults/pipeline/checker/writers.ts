import { setTimeout as sleep } from 'node:timers/promises';
import type { TableSpec } from '../../../../src/pipeline/source/table-spec.ts';
import type { Kind } from './kind.ts';
import type { SeededRandom } from './random.ts';
import { lostAgainstOthers, type Scene } from './scene.ts';

/** A table whose time has whole seconds, one with microseconds and a composite key, one with an id only. */
export const WRITTEN_TABLES: readonly TableSpec[] = [
  { table: 'orders', cursor: 'changed', index: 'changed' },
  { table: 'visits', cursor: 'changed', index: 'changed' },
  { table: 'actions', cursor: 'id', index: 'PRIMARY' },
];

export const WRITTEN_SCHEMA: readonly string[] = [
  `CREATE TABLE orders (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL, note VARCHAR(60),
     changed DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY changed (changed))`,
  `CREATE TABLE visits (site INT NOT NULL, visitor BINARY(4) NOT NULL, n INT NOT NULL, amount DECIMAL(20,4),
     changed DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
     PRIMARY KEY (site, visitor), KEY changed (changed))`,
  'CREATE TABLE actions (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(60) NOT NULL)',
];

/** Longest time that a transaction is held open, in milliseconds: longer than several runs take. */
const LONGEST_HOLD = 4000;
/** How long nobody begins to hold one, again and again, in milliseconds. */
const PROMPT_FOR = 6000;

/**
 * Writes until the scene ends: inserts, updates of few and of many rows with the same second, updates back and forth,
 * transactions that are held open over several runs, and rollbacks, and what the kinds add. Ends with no transaction
 * open.
 */
export async function write(scene: Scene, kinds: readonly Kind[]): Promise<void> {
  const random = scene.random();
  const added = kinds.filter(({ statements }) => statements !== undefined);
  await scene.repeat(async (connection) => {
    const late = random.chance(0.15) && !isPrompt();
    await connection.query('START TRANSACTION');
    try {
      for (let step = random.between(1, 4); step > 0; step -= 1) {
        const ofKind = added.length > 0 && random.chance(0.4) ? random.pick(added) : null;
        for (const sql of ofKind?.statements?.(random) ?? [statement(random)]) {
          const [result] = await connection.query(sql);
          scene.count('rows', (result as { affectedRows?: number }).affectedRows ?? 0);
        }
        if (ofKind !== null) scene.count(ofKind.counts[0]);
        if (late) await sleep(random.between(0, LONGEST_HOLD / 4));
      }
      const back = random.chance(0.15);
      await connection.query(back ? 'ROLLBACK' : 'COMMIT');
      if (back) scene.count('rolled back');
      else if (late) scene.count('committed late');
      scene.count('transactions');
    } catch (error) {
      // Two writers may wait for each other's rows; the loser starts anew.
      if (!lostAgainstOthers(error)) throw error;
      await connection.query('ROLLBACK');
      scene.count('rolled back');
    }
    await sleep(random.between(0, 30));
  });
}

/** Every other few seconds: a transaction that is open holds all runs back, and hides what they would do without it. */
function isPrompt(): boolean {
  return Math.floor(performance.now() / PROMPT_FOR) % 2 === 1;
}

function statement(random: SeededRandom): string {
  const site = random.between(1, 5);
  const visitor = `UNHEX(LPAD(HEX(${random.between(1, 400)}), 8, '0'))`;
  const n = random.between(1, 1_000_000);
  switch (random.between(0, 6)) {
    case 0:
      return `INSERT INTO orders (n, note) VALUES ${Array.from({ length: random.between(1, 40) }, (_, at) => `(${n + at}, '订单 ${n}')`).join(', ')}`;
    case 1:
      return `UPDATE orders SET n = ${n} WHERE id = ${random.between(1, 2000)}`;
    case 2:
      return `UPDATE orders SET n = n + 1, note = 'many' WHERE id BETWEEN ${n % 1500} AND ${(n % 1500) + 60}`;
    case 3:
      return `INSERT INTO visits (site, visitor, n, amount) VALUES (${site}, ${visitor}, ${n}, ${n} / 7) ON DUPLICATE KEY UPDATE n = VALUES(n), amount = -amount`;
    case 4:
      return `UPDATE visits SET n = IF(n > 0, -n, ABS(n)) WHERE site = ${site}`;
    case 5:
      return `INSERT INTO actions (name) VALUES ('a${n}'), ('b${n}'), ('c${n}')`;
    default:
      return `UPDATE visits SET amount = ${n} / 3 WHERE site = ${site} AND visitor = ${visitor}`;
  }
}
