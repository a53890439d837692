import { describe, expect, test } from 'vitest';
import { BatchPool, POOL_LIMITS } from '../../../src/rows/batch-pool.ts';
import type { ColumnBatch } from '../../../src/rows/column-batch.ts';
import { INSERT_THRESHOLD } from '../../../src/sinks/duckdb/duckdb-writer.ts';
import { FILE_THRESHOLD } from '../../../src/sinks/parquet/parquet-writer.ts';

const INTEGER = { kind: 'integer', bytes: 4, signed: true } as const;
const TEXT = { kind: 'text' } as const;

function takeAll(pool: BatchPool): ColumnBatch[] {
  const taken: ColumnBatch[] = [];
  for (let batch = pool.take(); batch !== null; batch = pool.take()) taken.push(batch);
  return taken;
}

describe('the pool of batches', () => {
  test('has so many batches of narrow rows, again and again', () => {
    const pool = new BatchPool([INTEGER]);
    for (let round = 0; round < 3; round += 1) {
      const taken = takeAll(pool);
      expect(taken).toHaveLength(POOL_LIMITS.batches);
      for (const batch of taken) batch.release();
    }
  });

  test('has so many bytes of wide rows, again and again', () => {
    const pool = new BatchPool(Array.from({ length: 200 }, () => TEXT));
    for (let round = 0; round < 3; round += 1) {
      const taken = takeAll(pool);
      const bytes = taken.reduce((sum, batch) => sum + batch.byteLength, 0);
      expect(taken.length).toBeLessThan(POOL_LIMITS.batches);
      expect(bytes).toBeGreaterThanOrEqual(POOL_LIMITS.bytes);
      expect(bytes - taken[0]!.byteLength).toBeLessThan(POOL_LIMITS.bytes);
      for (const batch of taken) batch.release();
    }
  });

  test('has two batches, however long their rows are, and keeps no long heap', () => {
    const pool = new BatchPool([TEXT]);
    const grow = () => {
      const batch = pool.take();
      batch?.columns[0]!.reserve(2 * POOL_LIMITS.bytes);
      return batch;
    };
    const [first, second] = [grow(), grow()];
    expect(second).not.toBe(null);
    expect(pool.take()).toBe(null);
    first!.release();
    second!.release();
    expect(takeAll(pool)).toHaveLength(POOL_LIMITS.batches);
  });

  test('whoever waits gets the next one that is released', async () => {
    const pool = new BatchPool([INTEGER]);
    const [first] = takeAll(pool);
    const next = pool.next();
    first!.release();
    expect(await next).toBe(first);
  });

  test('sinks begin to write before it is empty, or nobody would go on', () => {
    for (const threshold of [INSERT_THRESHOLD, FILE_THRESHOLD]) {
      // One batch is being filled.
      expect(threshold.batches).toBeLessThan(POOL_LIMITS.batches);
      expect(threshold.bytes).toBeLessThanOrEqual(POOL_LIMITS.bytes / 2);
    }
  });
});
