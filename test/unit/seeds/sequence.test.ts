import { expect, test } from 'vitest';
import { CHUNK, chunks, sequence } from '../../../seeds/lib/sequence.ts';

test('chunks cover a range without gap or overlap', () => {
  expect([...chunks(1, 2 * CHUNK + 5)]).toEqual([
    [1, CHUNK],
    [CHUNK + 1, 2 * CHUNK],
    [2 * CHUNK + 1, 2 * CHUNK + 5],
  ]);
  expect([...chunks(7, 7)]).toEqual([[7, 7]]);
});

test('a range that ends before it starts has no chunks', () => {
  expect([...chunks(11, 10)]).toEqual([]);
});

test('each stage is computed from a table of the stages before it', () => {
  const sql = sequence(1, 10, 1, [{ twice: 'id * 2' }, { fourfold: 'twice * 2' }]);
  expect(sql.indexOf('twice * 2')).toBeLessThan(sql.indexOf('id * 2'));
  expect(sql.match(/LIMIT/g)).toHaveLength(3);
});
