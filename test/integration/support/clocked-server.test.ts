import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { startClockedServer, type ClockedServer } from '../../support/clocked-server.ts';

async function connectTo({ settings }: ClockedServer): Promise<Connection> {
  const { host, port, user, password } = settings;
  return createConnection({ host, port, user, password, dateStrings: true });
}

async function one(connection: Connection, sql: string): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${sql} AS value`);
  return rows[0]?.['value'];
}

describe.each(['mysql', 'mariadb', 'mariadb118'] as const)(
  'a server of %s with its own clock',
  (software) => {
    test(
      'follows the clock that the test sets, keeps it, and recovers from a kill',
      { timeout: 120_000 },
      async () => {
        // The last minute of the hour that comes twice in the night when summer time ends.
        const at = new Date('2026-10-25T00:59:00Z');
        await using own = await startClockedServer({ software, timeZone: 'Europe/Berlin', clock: { at } });
        const connection = await connectTo(own);
        expect(await one(connection, "CONCAT(NOW(), ' ', @@time_zone)")).toMatch(
          /^2026-10-25 02:59:\d\d SYSTEM$/,
        );
        await own.stepClock(60);
        expect(await one(connection, 'NOW()')).toMatch(/^2026-10-25 02:0[01]:/);
        expect(await one(connection, 'UTC_TIMESTAMP()')).toMatch(/^2026-10-25 01:0[01]:/);

        // A statement that waits meanwhile neither hangs nor fails.
        const waiting = one(connection, 'SLEEP(1)');
        await own.stepClock(-3600);
        expect(await waiting).toBe(0);
        expect(await one(connection, 'NOW()')).toMatch(/^2026-10-25 02:0[0-2]:/);
        expect(await one(connection, 'UTC_TIMESTAMP()')).toMatch(/^2026-10-25 00:0[0-2]:/);

        await own.setClock({ at, rate: 120 });
        await connection.query('CREATE DATABASE d');
        await connection.query(
          'CREATE TABLE d.t (id INT PRIMARY KEY, u DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3))',
        );
        await connection.query('INSERT INTO d.t (id) VALUES (1)');
        await sleep(1000);
        await connection.query('INSERT INTO d.t (id) VALUES (2)');
        const [stamps] = await connection.query<RowDataPacket[]>('SELECT u FROM d.t ORDER BY id');
        const [first, second] = stamps.map((row) => Date.parse(`${row['u']}Z`));
        // Local time: from 02:59 it may go back to 02:00, which makes an hour less.
        expect((second! - first! + 3_600_000) % 3_600_000).toBeGreaterThan(60_000);

        await connection.query("XA START 'prepared'");
        await connection.query('INSERT INTO d.t (id) VALUES (3)');
        await connection.query("XA END 'prepared'");
        await connection.query("XA PREPARE 'prepared'");
        const other = await connectTo(own);
        await other.query('BEGIN');
        await other.query('INSERT INTO d.t (id) VALUES (4)');
        await own.kill();
        await expect(one(other, '1')).rejects.toThrow();
        connection.destroy();
        other.destroy();

        await own.setClock({ at: new Date('2026-11-01T12:00:00Z') });
        await own.restart();
        const again = await connectTo(own);
        expect(await one(again, 'NOW()')).toMatch(/^2026-11-01 13:0/);
        expect(await one(again, '(SELECT GROUP_CONCAT(id ORDER BY id) FROM d.t)')).toBe('1,2');
        await again.query("XA COMMIT 'prepared'");
        expect(await one(again, '(SELECT GROUP_CONCAT(id ORDER BY id) FROM d.t)')).toBe('1,2,3');
        await again.end();
      },
    );
  },
);
