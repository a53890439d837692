import { expect, test } from 'vitest';
import { WidestVector } from '../../../../src/sinks/duckdb/widest-vector.ts';

/** What a vector has at most after each of these batches. */
function widths(batches: readonly (readonly [rows: number, bytes: number])[]): number[] {
  const widest = new WidestVector();
  return batches.map(([rows, heapBytes]) => widest.add({ rows, heapBytes }));
}

test('a full batch is a vector', () => {
  expect(
    widths([
      [2048, 100],
      [2048, 300],
      [2048, 200],
    ]),
  ).toEqual([100, 300, 300]);
});

test('a vector takes the rows of several small batches', () => {
  expect(
    widths([
      [1000, 10],
      [1000, 10],
      [100, 10],
      [1900, 5],
      [2048, 1],
    ]),
  ).toEqual([10, 20, 30, 30, 30]);
});

test('few long rows are counted until 2048 others have followed', () => {
  expect(widths([[1, 1000], ...Array.from({ length: 3 }, () => [2047, 1] as const), [1, 5000]])).toEqual([
    1000, 1001, 1001, 1001, 5001,
  ]);
});
