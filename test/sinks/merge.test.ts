import { describe, expect, test } from 'vitest';
import { Bench, write } from './support/bench.ts';
import { SINKS } from './sinks.ts';
import {
  commitOf,
  FEBRUARY,
  inKeyOrder,
  ORDERS,
  order,
  orders,
  place,
  PLACES,
  positionOf,
  upserted,
} from './support/tables.ts';

const SKIP = { skipUnchanged: true };

describe.each(SINKS)('merging into $name', (description) => {
  test('rows are replaced by key and new ones added, with state and record', async () => {
    await using bench = await Bench.create(description);
    const base = orders(1, 3000);
    await bench.load(ORDERS, base, { runId: 'run-1' });
    const changed = [...orders(11, 2900, { n: 1n, title: null, changed: FEBRUARY }), ...orders(5001, 5100)];
    const watermark = positionOf(ORDERS, order(2900, { changed: FEBRUARY }), ['changed', 'id']);
    const { state } = await bench.merge(ORDERS, changed, {
      watermark,
      memory: { seen: [1, null] },
      rows: 2990,
    });
    const all = upserted(ORDERS, base, changed);
    expect((await bench.read(ORDERS)).live).toEqual(inKeyOrder(ORDERS, all));
    expect(state).toMatchObject({ watermark, loading: null, memory: { seen: [1, null] } });
    expect(state.rows, 'rows of the table, and versions of them that are kept').toBeGreaterThanOrEqual(3100);
    expect(state.rows).toBeLessThanOrEqual(3000 + 2990);
    expect(await bench.state(ORDERS)).toEqual(state);
    expect((await bench.runs(10)).map(({ runId, rows }) => [runId, rows])).toEqual([
      ['run-2', 2990],
      ['run-1', 3000],
    ]);
  });

  test('a key of several columns, of which some are the same in other rows', async () => {
    await using bench = await Bench.create(description);
    const base = [1, 2, 300].flatMap((code) => [place(1, code), place(2, code), place(-3, code)]);
    await bench.load(PLACES, base);
    const changed = [place(2, 300, { rate: null }), place(2, 3, { note: '' }), place(-3, 1, { note: null })];
    await bench.merge(PLACES, changed);
    expect((await bench.read(PLACES)).live).toEqual(inKeyOrder(PLACES, upserted(PLACES, base, changed)));
  });

  test('what was written and not committed is gone, and commits before it stay', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10));
    const watermark = ['2024-02-01 00:00:00', '3'];
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.merge();
      const out = await write(writer, ORDERS, orders(1, 2, { n: 1n }), 1);
      await writer.commit(commitOf(ORDERS, { rows: 2, watermark: ['2024-02-01 00:00:00', '2'] }));
      await write(writer, ORDERS, orders(3, 3, { n: 2n }));
      await writer.commit(commitOf(ORDERS, { rows: 3, watermark, minute: 1 }));
      expect(out()).toBe(0);
      await write(writer, ORDERS, orders(4, 9, { n: 3n }));
    });
    const expected = [...orders(1, 2, { n: 1n }), ...orders(3, 3, { n: 2n }), ...orders(4, 10)];
    expect((await bench.read(ORDERS)).live).toEqual(expected);
    expect(await bench.state(ORDERS)).toMatchObject({ watermark });
    const { state } = await bench.merge(ORDERS, orders(4, 4, { n: 4n }), { watermark: ['x', '4'] });
    expect(state.watermark).toEqual(['x', '4']);
    expect((await bench.read(ORDERS)).live).toEqual(upserted(ORDERS, expected, orders(4, 4, { n: 4n })));
  });

  test('a commit without rows moves the watermark', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 3));
    const { state, unchanged } = await bench.merge(ORDERS, [], { watermark: ['later'], bound: 'later' });
    expect(state).toMatchObject({ watermark: ['later'], bound: 'later', rows: 3 });
    expect(unchanged).toBe(0);
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 3));
  });

  test('of several versions of a row in one commit the one that was written last counts', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 5));
    const versions = [
      ...orders(1, 4, { n: 1n }),
      order(2, { n: 2n }),
      ...orders(6, 6, { n: 1n }),
      order(2, { n: 3n }),
      order(6, { n: 4n }),
      order(3),
    ];
    for (const rowsPerBatch of [1, 4, 2048]) {
      await bench.table(ORDERS, async (table) => {
        await using writer = await table.merge();
        await write(writer, ORDERS, versions, rowsPerBatch);
        await writer.commit(commitOf(ORDERS, { minute: rowsPerBatch }));
      });
      expect((await bench.read(ORDERS)).live.map((row) => row['n'])).toEqual([1n, 3n, 0n, 1n, 0n, 4n]);
      await bench.merge(ORDERS, [...orders(1, 5), order(6, { n: 9n })]);
    }
  });

  test('rows that are read again and are there as they are, are neither written nor counted', async () => {
    await using bench = await Bench.create(description);
    const base = [...orders(1, 10), order(11, { title: null }), order(12, { title: '' })];
    await bench.load(ORDERS, base);
    const again = await bench.merge(ORDERS, base, { options: SKIP });
    expect(again).toMatchObject({ unchanged: 12, state: { rows: 12 } });
    const changed = [order(3, { n: 5n }), order(11, { title: '' }), order(12, { title: null }), order(20)];
    const some = await bench.merge(ORDERS, upserted(ORDERS, base, changed), { options: SKIP });
    expect(some.unchanged).toBe(9);
    expect((await bench.read(ORDERS)).live).toEqual(inKeyOrder(ORDERS, upserted(ORDERS, base, changed)));
    // Counted over all commits of a writer.
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.merge(SKIP);
      await write(writer, ORDERS, orders(1, 2));
      await writer.commit(commitOf(ORDERS));
      await write(writer, ORDERS, [order(3, { n: 6n }), order(4)]);
      await writer.commit(commitOf(ORDERS));
      expect(writer.unchanged).toBe(3);
    });
  });

  test('a writer of rows that are not read again leaves none out', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 5));
    expect((await bench.merge(ORDERS, orders(1, 5))).unchanged).toBe(0);
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 5));
  });
});
