import type { Kind } from '../kind.ts';
import type { SeededRandom } from '../random.ts';

const WORDS = ['alpha', 'beta', 'émile', 'straße', 'ñandu', 'zeta', 'omega', 'øre'];

/**
 * Keys that are one to the server and two to everybody who compares bytes: they change case and accents, lose and gain
 * trailing spaces, and are deleted and inserted again in another form. Rows never vanish: no watermark sees that.
 */
export const TEXT_KEYS: Kind = {
  schema: [
    // The default collation of each server is another one; all of them ignore case and accents.
    `CREATE TABLE labels (code VARCHAR(40) PRIMARY KEY, n INT NOT NULL,
       changed DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY changed (changed))`,
    // PAD SPACE on every server.
    `CREATE TABLE padded (code VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY, n INT NOT NULL,
       changed DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY changed (changed))`,
  ],
  tables: [
    { table: 'labels', cursor: 'changed', index: 'changed' },
    { table: 'padded', cursor: 'changed', index: 'changed' },
  ],
  statements: (random) => {
    const n = random.between(1, 1_000_000);
    const word = `${random.pick(WORDS)}${random.between(1, 30)}`;
    const code = `'${inAnotherForm(word, random)}'`;
    const padded = `'${inAnotherForm(word, random)}${' '.repeat(random.between(0, 2))}'`;
    switch (random.between(0, 3)) {
      case 0:
        return [
          `INSERT INTO labels (code, n) VALUES (${code}, ${n}) ON DUPLICATE KEY UPDATE code = VALUES(code), n = VALUES(n)`,
          `INSERT INTO padded (code, n) VALUES (${padded}, ${n}) ON DUPLICATE KEY UPDATE code = VALUES(code), n = VALUES(n)`,
        ];
      case 1:
        return [
          `UPDATE labels SET code = ${code}, n = ${n} WHERE code = '${word}'`,
          `UPDATE padded SET code = ${padded}, n = ${n} WHERE code = '${word}'`,
        ];
      case 2:
        return [
          `DELETE FROM labels WHERE code = '${word}'`,
          `INSERT INTO labels (code, n) VALUES (${code}, ${n})`,
        ];
      default:
        return [
          `DELETE FROM padded WHERE code = '${word}'`,
          `INSERT INTO padded (code, n) VALUES (${padded}, ${n})`,
        ];
    }
  },
  counts: ['text keys written'],
};

function inAnotherForm(word: string, random: SeededRandom): string {
  switch (random.between(0, 3)) {
    case 0:
      return word.toUpperCase().replace('SS', 'ß');
    case 1:
      return word.charAt(0).toUpperCase() + word.slice(1);
    case 2:
      return word.replace('é', 'e').replace('ñ', 'n');
    default:
      return word;
  }
}
