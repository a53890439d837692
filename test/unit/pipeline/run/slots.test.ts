import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runInSlots, type Slots } from '../../../../src/pipeline/run/slots.ts';

/** Runs items such as `a1` of group `a`, each a turn of the clock long; returns what ran at once at each start. */
async function follow(items: readonly string[], slots: Slots): Promise<readonly string[]> {
  const running = new Set<string>();
  const starts: string[] = [];
  await runInSlots(
    items,
    slots,
    (item) => item[0]!,
    async (item) => {
      running.add(item);
      starts.push([...running].join(' '));
      await sleep(1);
      running.delete(item);
    },
  );
  expect(running.size).toBe(0);
  return starts;
}

describe('slots', () => {
  test('are given in the order of the list', async () => {
    expect(await follow(['a1', 'a2', 'b1'], { total: 1, perGroup: null })).toEqual(['a1', 'a2', 'b1']);
    expect((await follow(['a1', 'a2', 'b1'], { total: 2, perGroup: null }))[1]).toBe('a1 a2');
  });

  test('a group at its limit keeps no slot from another', async () => {
    const starts = await follow(['a1', 'a2', 'a3', 'b1', 'b2'], { total: 2, perGroup: 1 });
    expect(starts.slice(0, 2)).toEqual(['a1', 'a1 b1']);
    expect(starts).toHaveLength(5);
    expect(starts.filter((start) => /a.* a|b.* b/.test(start))).toEqual([]);
  });

  test('no items, and work that fails', async () => {
    expect(await follow([], { total: 2, perGroup: 1 })).toEqual([]);
    const failing = runInSlots(['a', 'b'], { total: 1, perGroup: null }, String, async () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
  });
});
