import { describe, expect, it } from 'vitest';
import { atLeast, parseServerVersion } from '../../../src/databases/server.ts';

describe('parseServerVersion', () => {
  it.each([
    ['9.7.4-2', 'mysql', 'MySQL 9.7.4', 'INVISIBLE', true, true],
    ['8.0.12', 'mysql', 'MySQL 8.0.12', 'INVISIBLE', false, true],
    ['5.7.44-log', 'mysql', 'MySQL 5.7.44', null, false, false],
    ['10.11.19-MariaDB-0+deb12u1', 'mariadb', 'MariaDB 10.11.19', 'IGNORED', false, true],
    ['5.5.5-10.5.29-MariaDB', 'mariadb', 'MariaDB 10.5.29', null, false, false],
    ['8.0.36-cluster', 'mysql', 'MySQL 8.0.36', 'INVISIBLE', true, true],
  ] as const)('%s', (text, flavour, label, hiddenIndexKeyword, functionalIndexes, descendingIndexes) => {
    expect(parseServerVersion(text)).toMatchObject({
      flavour,
      label,
      capabilities: { hiddenIndexKeyword, functionalIndexes, descendingIndexes },
    });
  });
});

describe('atLeast', () => {
  it('compares part by part', () => {
    expect(atLeast([10, 11, 0], [10, 6, 99])).toBe(true);
    expect(atLeast([8, 0, 12], [8, 0, 13])).toBe(false);
    expect(atLeast([8, 0, 13], [8, 0, 13])).toBe(true);
  });
});
