import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import type { Kind } from '../kind.ts';

/**
 * What the server itself does, in threads that no client has. The first event holds its transaction open. The second
 * is a single statement that is stamped at its start and waits for a lock before its transaction begins.
 */
const EVENTS: readonly string[] = [
  `CREATE EVENT nightly ON SCHEDULE EVERY 2 SECOND DISABLE DO BEGIN
     DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK;
     START TRANSACTION;
     INSERT INTO orders (n, note) VALUES (1, 'event'), (2, 'event');
     DO SLEEP(3 * RAND());
     UPDATE orders SET n = n + 1, note = 'event' WHERE id = FLOOR(1 + 2000 * RAND());
     INSERT INTO actions (name) VALUES ('event');
     DO SLEEP(RAND());
     COMMIT;
     UPDATE happened SET times = times + 1;
   END`,
  `CREATE EVENT hourly ON SCHEDULE EVERY 1 SECOND DISABLE DO BEGIN
     DECLARE CONTINUE HANDLER FOR SQLEXCEPTION DO 0;
     INSERT INTO orders (n, note) SELECT 3, 'waited' FROM (SELECT GET_LOCK('tidemark checker', 5)) AS lock_of_events;
     DO RELEASE_LOCK('tidemark checker');
     UPDATE happened SET times = times + 1;
   END`,
];

export const EVENT_SCHEDULER: Kind = {
  schema: ['CREATE TABLE happened (times INT NOT NULL)', 'INSERT INTO happened VALUES (0)', ...EVENTS],
  disturb: async (scene) => {
    const random = scene.random();
    await scene.surely(async (connection) => {
      for (const name of ['nightly', 'hourly']) await connection.query(`ALTER EVENT ${name} ENABLE`);
    });
    await scene.repeat(async (connection) => {
      // A server that was restarted has it off again.
      await connection.query('SET GLOBAL event_scheduler = ON');
      await connection.query("DO GET_LOCK('tidemark checker', 5)");
      await scene.pause(500, 2500, random);
      await connection.query("DO RELEASE_LOCK('tidemark checker')");
      await scene.pause(100, 500, random);
    });
    await scene.surely(async (connection) => {
      await connection.query('SET GLOBAL event_scheduler = OFF');
      for (;;) {
        const [running] = await connection.query<RowDataPacket[]>(
          "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND COMMAND = 'Connect'",
        );
        if (running.length === 0) break;
        await sleep(200);
      }
      const [rows] = await connection.query<RowDataPacket[]>('SELECT times FROM happened');
      scene.count('events', Number(rows[0]?.['times']));
    });
  },
  counts: ['events'],
};
