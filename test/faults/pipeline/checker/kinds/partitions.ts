import type { Kind } from '../kind.ts';

/** Tables whose index is one tree for each partition: by hash, and by a range that is part of the key. */
export const PARTITIONS: Kind = {
  schema: [
    `CREATE TABLE readings (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL,
       changed DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY changed (changed))
       PARTITION BY HASH (id) PARTITIONS 7`,
    `CREATE TABLE levels (id INT NOT NULL, year INT NOT NULL, n INT NOT NULL,
       changed DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
       PRIMARY KEY (id, year), KEY changed (changed))
       PARTITION BY RANGE (year) (PARTITION a VALUES LESS THAN (2010), PARTITION b VALUES LESS THAN (2020),
         PARTITION c VALUES LESS THAN MAXVALUE)`,
  ],
  tables: [
    { table: 'readings', cursor: 'changed', index: 'changed' },
    { table: 'levels', cursor: 'changed', index: 'changed' },
  ],
  statements: (random) => {
    const n = random.between(1, 1_000_000);
    switch (random.between(0, 2)) {
      case 0:
        return [`INSERT INTO readings (n) VALUES (${n}), (${n + 1}), (${n + 2})`];
      case 1:
        return [
          `UPDATE readings SET n = ${n} WHERE id BETWEEN ${random.between(1, 300)} AND ${random.between(1, 600)}`,
        ];
      default:
        return [
          `INSERT INTO levels (id, year, n) VALUES (${random.between(1, 60)}, ${random.between(2000, 2030)}, ${n}) ON DUPLICATE KEY UPDATE n = VALUES(n)`,
        ];
    }
  },
  counts: ['partitions written'],
};
