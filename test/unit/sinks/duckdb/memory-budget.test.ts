import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryBudget, ROOM_TO_JOIN, roomToLoad } from '../../../../src/sinks/duckdb/memory-budget.ts';

function recorder() {
  const statements: string[] = [];
  const run = async (sql: string) => {
    statements.push(/'(.*)'/.exec(sql)?.[1] ?? sql);
  };
  return { statements, run };
}

test('the limit is what is claimed at once, and grows only', async () => {
  const { statements, run } = recorder();
  const budget = await MemoryBudget.begin(run);
  const [orders, visits] = [{}, {}];
  await budget.claim(orders, roomToLoad(12));
  await budget.claim(visits, roomToLoad(60));
  budget.release(orders);
  await budget.claim(orders, roomToLoad(12));
  await budget.claim(visits, ROOM_TO_JOIN);
  await budget.claim(visits, roomToLoad(60));
  await budget.end();
  expect(statements).toEqual(['32MB', '44MB', '104MB', '1044MB']);
});

test('the last checkpoint has room', async () => {
  const { statements, run } = recorder();
  const budget = await MemoryBudget.begin(run);
  await budget.end();
  expect(statements).toEqual(['32MB', '1000MB']);
});

test('of claims at the same time none lowers the limit of another', async () => {
  const { statements, run } = recorder();
  const budget = await MemoryBudget.begin(async (sql) => {
    await sleep(sql.includes('104') ? 20 : 1);
    await run(sql);
  });
  await Promise.all([budget.claim({}, roomToLoad(72)), budget.claim({}, roomToLoad(12))]);
  expect(statements.at(-1)).toBe('116MB');
});

test('long texts need room for a whole vector, and short ones none', () => {
  expect(roomToLoad(12, 2048 * 70)).toBe(12_000_000);
  expect(roomToLoad(1, 2048 * 100_000)).toBeGreaterThan(2 * 2048 * 100_000);
});

test('a limit that DuckDB cannot keep yet is left as it is', async () => {
  const { statements, run } = recorder();
  let refused = false;
  const budget = await MemoryBudget.begin(async (sql) => {
    if (!refused) {
      refused = true;
      throw new Error('could not free up enough memory for the new limit');
    }
    await run(sql);
  });
  await budget.claim({}, roomToLoad(12));
  expect(statements).toEqual([]);
  await budget.claim({}, ROOM_TO_JOIN);
  expect(statements).toEqual(['1044MB']);
});
