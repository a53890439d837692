import { expect, test } from 'vitest';
import { MemoryBudget, ROOM_TO_JOIN, roomToLoad } from '../../../src/pipeline/sinks/memory-budget.ts';

function recorder() {
  const statements: string[] = [];
  const run = async (sql: string) => {
    statements.push(/'(.*)'/.exec(sql)?.[1] ?? sql);
  };
  return { statements, run };
}

test('the limit is what is claimed at once, grows only, and is lifted at the end', async () => {
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
  expect(statements).toEqual(['48MB', '60MB', '120MB', '1060MB', '1GB']);
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
  expect(statements).toEqual(['60MB']);
});
