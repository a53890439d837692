import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../src/rows/position.ts';
import type { ComparisonRequest, TargetTable } from '../../src/sinks/sink.ts';
import { giveRows, type Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import { checksumOf } from './support/checksum.ts';
import { SINKS } from './sinks.ts';
import { FEBRUARY, inKeyOrder, ORDERS, order, orders, place, PLACES } from './support/tables.ts';

const MEND = { by: 'rows', action: 'mend' } as const;
const MARK = { by: 'rows', action: 'mark' } as const;
const MEND_KEYS = { by: 'keys', action: 'mend' } as const;
const MARK_KEYS = { by: 'keys', action: 'mark' } as const;

/** Compares all rows with those of the source, in one window, and makes durable what is mended. */
async function compareAll(
  bench: Bench,
  request: ComparisonRequest,
  source: readonly Row[],
  target: TargetTable = ORDERS,
) {
  const compared =
    request.by === 'rows' ? target.columns : target.columns.filter(({ name }) => target.key.includes(name));
  return bench.compare(target, request, async (comparer) => {
    await giveRows((batch) => comparer.write(batch), compared, source, 64);
    return comparer.close([ALL_ROWS]);
  });
}

const SOURCE = [
  ...orders(1, 9),
  ...orders(11, 49),
  order(50, { title: null, changed: FEBRUARY }),
  order(51, { n: 8n }),
  ...orders(52, 90),
  ...orders(200, 202),
];
const FOUND = { missing: 3, extra: 11, different: 2 };
const NOTHING = { missing: 0, extra: 0, different: 0 };

describe.each(SINKS)('mending in $name', (description) => {
  test('by rows: the table is equal to the source, and the watermark where it was', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 100), { watermark: ['w', '100'] });
    expect(await compareAll(bench, { by: 'rows', action: 'report' }, SOURCE)).toEqual(FOUND);
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 100));
    expect(await compareAll(bench, MEND, SOURCE)).toEqual(FOUND);
    expect(await bench.read(ORDERS)).toEqual({ live: SOURCE, marked: [] });
    expect(await bench.state(ORDERS)).toMatchObject({ watermark: ['w', '100'], loading: null });
    expect(await compareAll(bench, MEND, SOURCE)).toEqual(NOTHING);
    expect((await bench.runs(10)).map(({ runId }) => runId)).toEqual(['run-1']);
  });

  test('by keys: only rows that the source no longer has are removed', async () => {
    await using bench = await Bench.create(description);
    const rows = [1, 2].flatMap((site) => Array.from({ length: 30 }, (_, code) => place(site, code)));
    await bench.load(PLACES, rows);
    const source = [...rows.filter((_, at) => at % 10 !== 3), place(9, 9)];
    expect(await compareAll(bench, MEND_KEYS, source, PLACES)).toEqual({ ...NOTHING, extra: 6 });
    expect((await bench.read(PLACES)).live).toEqual(inKeyOrder(PLACES, source.slice(0, -1)));
  });

  test('in several windows, of which each is closed by itself', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 100));
    await bench.compare(ORDERS, MEND, async (comparer) => {
      for (const upTo of [25, 50, 75, 100]) {
        const rows = [...orders(upTo - 24, upTo - 2), order(upTo, { n: 1n })];
        await giveRows((batch) => comparer.write(batch), ORDERS.columns, rows);
        const window = { after: [String(upTo - 25)], upTo: [String(upTo)] };
        expect(await comparer.close([window])).toEqual({ missing: 0, extra: 1, different: 1 });
      }
    });
    expect((await bench.read(ORDERS)).live).toEqual(
      [25, 50, 75, 100].flatMap((upTo) => [...orders(upTo - 24, upTo - 2), order(upTo, { n: 1n })]),
    );
  });

  test('a removed row that the source has again is a row again', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 5));
    await compareAll(bench, MEND, orders(2, 4));
    await bench.merge(ORDERS, [order(1, { n: 7n })]);
    expect((await bench.read(ORDERS)).live).toEqual([order(1, { n: 7n }), ...orders(2, 4)]);
    expect(await compareAll(bench, MEND, orders(1, 5))).toEqual({ missing: 1, extra: 0, different: 1 });
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 5));
  });

  test('marking: rows that the source no longer has stay, whole, and are no rows to a comparison', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 20));
    const source = orders(1, 15);
    expect(await compareAll(bench, MARK_KEYS, source)).toEqual({ ...NOTHING, extra: 5 });
    expect(await bench.read(ORDERS)).toEqual({ live: source, marked: orders(16, 20) });
    expect(await compareAll(bench, MARK_KEYS, source)).toEqual(NOTHING);
    await bench.compare(ORDERS, { by: 'rows', action: 'report' }, async (comparer) => {
      expect(await comparer.digest(ALL_ROWS, 1000)).toEqual([
        { ...ALL_ROWS, checksum: checksumOf(ORDERS.columns, source) },
      ]);
      expect(await comparer.sample(100)).toHaveLength(15);
      await giveRows((batch) => comparer.write(batch), ORDERS.columns, orders(14, 18, { n: 1n }));
      expect(await comparer.changed()).toMatchObject({ rows: 2 });
    });
    expect((await bench.read(ORDERS)).marked).toEqual(orders(16, 20));
  });

  test('a marked row that the source has again is no longer marked, as it was or not', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 6));
    await compareAll(bench, MARK_KEYS, orders(1, 2));
    await bench.merge(ORDERS, [order(3, { n: 1n })]);
    const again = await bench.merge(ORDERS, orders(4, 4), { options: { skipUnchanged: true } });
    expect(again.unchanged, 'a marked row is none that is there as it is').toBe(0);
    expect(await compareAll(bench, MARK, [...orders(1, 2), order(3, { n: 1n }), ...orders(4, 5)])).toEqual({
      ...NOTHING,
      missing: 1,
    });
    expect(await bench.read(ORDERS)).toEqual({
      live: [...orders(1, 2), order(3, { n: 1n }), ...orders(4, 5)],
      marked: orders(6, 6),
    });
  });

  test('marking by rows marks what is gone, and mends what else differs', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 100));
    expect(await compareAll(bench, MARK, SOURCE)).toEqual(FOUND);
    expect(await bench.read(ORDERS)).toEqual({
      live: SOURCE,
      marked: [...orders(10, 10), ...orders(91, 100)],
    });
  });

  test('excluded rows are not mended', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10));
    const found = await bench.compare(ORDERS, MEND, async (comparer) => {
      const cursorAndKey = [ORDERS.columns[3]!, ORDERS.columns[0]!];
      await giveRows((batch) => comparer.exclude(batch), cursorAndKey, orders(3, 5));
      await giveRows((batch) => comparer.write(batch), ORDERS.columns, orders(4, 9, { n: 1n }));
      return comparer.close([ALL_ROWS]);
    });
    expect(found).toEqual({ missing: 0, extra: 3, different: 4 });
    expect((await bench.read(ORDERS)).live).toEqual([...orders(3, 5), ...orders(6, 9, { n: 1n })]);
  });

  test('a column that the source has added is compared and mended', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 4));
    const wider = {
      ...ORDERS,
      columns: [...ORDERS.columns, { name: 'day', type: { kind: 'date' } as const }],
    };
    const source = [order(1), order(2, { day: '2024-02-29' }), ...orders(3, 4)];
    expect(await compareAll(bench, MEND, source, wider)).toEqual({ ...NOTHING, different: 1 });
    expect((await bench.read(wider)).live.map((row) => row['day'])).toEqual([null, '2024-02-29', null, null]);
    await bench.table(wider, async ({ columns }) => {
      expect(columns).toContain('day');
    });
  });

  test('compacting keeps the rows and the marks, and drops versions that were replaced', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 30), { watermark: ['w'] });
    await compareAll(bench, MARK_KEYS, orders(1, 25));
    await bench.merge(ORDERS, orders(1, 10, { n: 1n }), { watermark: ['x'] });
    await compareAll(bench, MEND_KEYS, orders(3, 25));
    const before = await bench.read(ORDERS);
    expect(before).toEqual({
      live: [...orders(3, 10, { n: 1n }), ...orders(11, 25)],
      marked: orders(26, 30),
    });
    const compact = async () => (await bench.sink()).compact?.([ORDERS]) ?? null;
    const done = await compact();
    if (done !== null) {
      expect(done).toMatchObject([{ database: 'business', table: 'orders', rowsAfter: 28 }]);
      expect(await compact()).toEqual([]);
    }
    expect(await bench.read(ORDERS)).toEqual(before);
    expect(await bench.state(ORDERS)).toMatchObject({ rows: 28, watermark: ['x'] });
    await bench.merge(ORDERS, [order(1, { n: 2n }), order(30)]);
    expect(await bench.read(ORDERS)).toEqual({
      live: [order(1, { n: 2n }), ...before.live, order(30)],
      marked: orders(26, 29),
    });
  });
});
