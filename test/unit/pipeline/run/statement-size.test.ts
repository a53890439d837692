import { describe, expect, test } from 'vitest';
import { StatementSize } from '../../../../src/pipeline/run/statement-size.ts';

describe('how many rows a statement has', () => {
  test('the first is small, and smaller where rows are wide', () => {
    expect(new StatementSize(1_000_000, 2, null).rows).toBe(16_384);
    expect(new StatementSize(1_000_000, 2, 100).rows).toBe(16_384);
    expect(new StatementSize(1_000_000, 2, 4 * 1024 ** 2).rows).toBe(8);
    expect(new StatementSize(1_000_000, 2, 1024 ** 3).rows).toBe(1);
    expect(new StatementSize(500, 2, 100).rows).toBe(500);
  });

  test('it grows as fast as rows allow, and shrinks at once where they take too long', () => {
    const size = new StatementSize(1_000_000, 2, null);
    size.took(16_384, 0.1);
    expect(size.rows).toBe(16_384 * 8);
    size.took(131_072, 4);
    expect(size.rows).toBe(65_536);
    size.took(0, 100);
    expect(size.rows).toBe(65_536);
    // A short statement that ends in time says nothing against longer ones.
    size.took(10, 1);
    expect(size.rows).toBe(65_536);
  });
});
