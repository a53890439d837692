import type { Kind } from '../kind.ts';
import { comeLate } from './latecomers.ts';

/** The server keeps at most 64 versions of a row's form without a rebuild, and nobody needs a table that wide. */
const COLUMNS = 12;

/** Copies of tables, and columns that are new; an ALTER that waits for a transaction makes all later writers wait. */
export const REBUILDS: Kind = {
  disturb: async (scene) => {
    const random = scene.random();
    let added = 0;
    const altering = scene.repeat(async (connection) => {
      await scene.pause(300, 2000, random);
      const table = random.pick(['orders', 'visits']);
      if (added < COLUMNS && random.chance(0.4)) {
        added += 1;
        await connection.query(`ALTER TABLE ${table} ADD COLUMN added_${added} INT`);
      } else {
        await connection.query(`ALTER TABLE ${table} FORCE`);
      }
      scene.count('tables altered');
    });
    await Promise.all([altering, comeLate(scene)]);
  },
  counts: ['tables altered'],
  // Its snapshot is older than the table, or the ALTER waits for somebody and all others for the ALTER.
  excuses: /definition has changed|another session locks the table/,
};
