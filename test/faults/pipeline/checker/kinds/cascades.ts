import type { Kind } from '../kind.ts';

/**
 * A parent whose key changes takes its children along, without their clause ON UPDATE CURRENT_TIMESTAMP. What is
 * promised is that a child arrives whose cursor moves, as where the application touches it in the same transaction.
 */
export const CASCADES: Kind = {
  schema: [
    'CREATE TABLE parents (id INT PRIMARY KEY, code INT NOT NULL UNIQUE)',
    'INSERT INTO parents (id, code) VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)',
    `CREATE TABLE children (id INT AUTO_INCREMENT PRIMARY KEY, code INT, n INT NOT NULL,
       changed DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY changed (changed),
       FOREIGN KEY (code) REFERENCES parents (code) ON UPDATE CASCADE)`,
  ],
  tables: [{ table: 'children', cursor: 'changed', index: 'changed' }],
  statements: (random) => {
    const parent = `(SELECT code FROM parents WHERE id = ${random.between(1, 6)})`;
    if (random.chance(0.5)) return [`INSERT INTO children (code, n) VALUES (${parent}, 0)`];
    const code = random.between(1, 1_000_000_000);
    return [
      `UPDATE parents SET code = ${code} WHERE id = ${random.between(1, 6)}`,
      `UPDATE children SET n = n + 1 WHERE code = ${code}`,
    ];
  },
  counts: ['cascades'],
};
