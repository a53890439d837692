import type { TestSchema } from './schemas.ts';

/**
 * Creates table `big (id, a, b, t)` with `thousands` thousand rows, whose index on `b` takes about 3 s per million rows
 * to build: long enough to meet a build while it runs.
 */
export async function createBigTable({ connection }: TestSchema, thousands: number): Promise<void> {
  await connection.query(
    'CREATE TABLE big (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT NOT NULL, b VARCHAR(200) NOT NULL, t DATETIME NOT NULL)',
  );
  await connection.query(
    `INSERT INTO big (a, b, t)
     WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
     SELECT i, RPAD(HEX(i * 7919), 200, 'x'), '2026-01-01' + INTERVAL i SECOND FROM n`,
  );
  await connection.query(
    `INSERT INTO big (a, b, t)
     SELECT one.a * 7 % 1000, CONCAT(CRC32(one.id * other.id), LEFT(one.b, 150)), one.t + INTERVAL other.id HOUR
       FROM (SELECT * FROM big WHERE id <= 1000) one
       JOIN (SELECT id FROM big ORDER BY id LIMIT ${thousands - 1}) other`,
  );
  await connection.query('ANALYZE TABLE big');
}
