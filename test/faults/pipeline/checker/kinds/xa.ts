import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Kind } from '../kind.ts';
import type { SeededRandom } from '../random.ts';
import type { Scene } from '../scene.ts';

const WRITERS = 2;
/** What nobody has committed for so long, in milliseconds, was left by a crash. */
const LEFT_AFTER = 6000;

/**
 * Transactions that are prepared, and outlive their connection and their server. Half of them are left to another
 * connection, which commits most of them, some at once and some after several runs.
 */
export const XA: Kind = {
  disturb: async (scene) => {
    const writers = Array.from({ length: WRITERS }, (_, number) => prepare(scene, number));
    await Promise.all([...writers, coordinate(scene)]);
    await endAll(scene);
  },
  counts: ['prepared', 'prepared, ended by another'],
};

async function prepare(scene: Scene, number: number): Promise<void> {
  const random = scene.random();
  let serial = 0;
  await scene.again(async () => {
    serial += 1;
    const own = random.chance(0.5);
    const xid = `'${own ? 'own' : 'left'}-${number}-${serial}'`;
    const connection = await scene.connect();
    try {
      await connection.query(`XA START ${xid}`);
      await connection.query(statement(random));
      await connection.query(`XA END ${xid}`);
      await connection.query(`XA PREPARE ${xid}`);
      scene.count('prepared');
      await scene.pause(0, own ? 2500 : 0, random);
      if (own) await end(connection, xid, random);
    } finally {
      // MariaDB lets another one end it only when its own connection is gone.
      connection.destroy();
    }
    await scene.pause(0, 800, random);
  });
}

/** Few rows: their locks outlive connection and server. */
function statement(random: SeededRandom): string {
  const n = random.between(1, 1_000_000);
  switch (random.between(0, 3)) {
    case 0:
      return `UPDATE orders SET n = ${n}, note = 'prepared' WHERE id = ${random.between(1, 2000)}`;
    case 1:
      return `INSERT INTO orders (n, note) VALUES (${n}, 'prepared')`;
    case 2:
      return `INSERT INTO actions (name) VALUES ('x${n}'), ('y${n}')`;
    default:
      return `UPDATE visits SET n = ${n} WHERE site = ${random.between(1, 5)} AND visitor = UNHEX(LPAD(HEX(${random.between(1, 400)}), 8, '0'))`;
  }
}

/** Ends what others have prepared. */
async function coordinate(scene: Scene): Promise<void> {
  const random = scene.random();
  /** When each is to be ended, on the clock of performance.now(). */
  const due = new Map<string, number>();
  await scene.repeat(async (connection) => {
    const found = await prepared(connection);
    for (const xid of due.keys()) if (!found.includes(xid)) due.delete(xid);
    for (const xid of found) {
      const wait = xid.startsWith('own') ? LEFT_AFTER : random.between(0, LEFT_AFTER);
      const at = due.get(xid) ?? performance.now() + wait;
      due.set(xid, at);
      if (performance.now() < at) continue;
      await end(connection, `'${xid}'`, random);
      scene.count('prepared, ended by another');
    }
    await scene.pause(100, 300, random);
  });
}

/** Nothing may stay prepared: it would hold back the last run. */
async function endAll(scene: Scene): Promise<void> {
  const random = scene.random();
  await scene.surely(async (connection) => {
    for (;;) {
      const found = await prepared(connection);
      if (found.length === 0) return;
      for (const xid of found) await end(connection, `'${xid}'`, random);
      await sleep(200);
    }
  });
}

async function prepared(connection: Connection): Promise<readonly string[]> {
  const [rows] = await connection.query<RowDataPacket[]>('XA RECOVER');
  return rows.map((row) => String(row['data']));
}

async function end(connection: Connection, xid: string, random: SeededRandom): Promise<void> {
  try {
    await connection.query(`XA ${random.chance(0.8) ? 'COMMIT' : 'ROLLBACK'} ${xid}`);
  } catch (error) {
    // 1397, 1399: somebody else ended it, or its connection is not gone yet. 1402, 1613, 1614: it was rolled back.
    if (![1397, 1399, 1402, 1613, 1614].includes((error as { errno?: number }).errno ?? 0)) throw error;
  }
}
