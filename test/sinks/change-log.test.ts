import { describe, expect, test } from 'vitest';
import type { Row } from './support/batches.ts';
import { Bench, type Version, write } from './support/bench.ts';
import { SINKS } from './sinks.ts';
import { commitOf, EVENTS, FEBRUARY, JANUARY, loadingState, LOG, order, orders } from './support/tables.ts';

const SKIP = { skipUnchanged: true };

function event(n: number, changed: string | null = JANUARY): Row {
  return { n: BigInt(n), title: `event ${n}`, changed };
}

function rowsOf(versions: readonly Version[]): readonly Row[] {
  return versions.map(({ row }) => row);
}

describe.each(SINKS)('a change log in $name', (description) => {
  test('keeps every version, with its run, in the order of the commits', async () => {
    await using bench = await Bench.create(description);
    await bench.load(LOG, orders(1, 40), { runId: 'first' });
    await bench.merge(LOG, orders(11, 30, { n: 1n, changed: FEBRUARY }), { runId: 'second' });
    const { state } = await bench.merge(LOG, [order(12, { n: 2n }), order(50)], { runId: 'third' });
    expect(state).toMatchObject({ append: true, rows: 62 });
    const versions = await bench.log(LOG);
    expect(rowsOf(versions)).toEqual([
      ...orders(1, 40),
      ...orders(11, 30, { n: 1n, changed: FEBRUARY }),
      order(12, { n: 2n }),
      order(50),
    ]);
    expect(versions.map(({ runId }) => runId)).toEqual([
      ...Array.from({ length: 40 }, () => 'first'),
      ...Array.from({ length: 20 }, () => 'second'),
      'third',
      'third',
    ]);
    const sequences = new Set(versions.map(({ sequence }) => sequence));
    expect(sequences.size, 'one sequence a commit').toBe(3);
  });

  test('a version that it has last is not added again; one that a row went back to is', async () => {
    await using bench = await Bench.create(description);
    const base = [...orders(1, 5), order(6, { title: null, changed: null })];
    await bench.load(LOG, base);
    const again = await bench.merge(LOG, base, { options: SKIP });
    expect(again).toMatchObject({ unchanged: 6, state: { rows: 6 } });
    expect((await bench.merge(LOG, base)).state.rows).toBe(6);
    await bench.merge(LOG, [order(1, { n: 1n }), order(2)], { runId: 'changed' });
    await bench.merge(LOG, [order(1)], { runId: 'back' });
    const back = await bench.merge(LOG, [order(1)], { options: SKIP });
    expect(back.unchanged).toBe(1);
    const ofFirst = (await bench.log(LOG)).filter(({ row }) => row['id'] === 1n);
    expect(ofFirst.map(({ row, runId }) => [row['n'], runId])).toEqual([
      [0n, 'run-1'],
      [1n, 'changed'],
      [0n, 'back'],
    ]);
    expect(await bench.log(LOG)).toHaveLength(8);
  });

  test('without a key, what is read again is there as often as it was read at once', async () => {
    await using bench = await Bench.create(description);
    const base = [event(1), event(1), event(1), event(2), event(3, null), event(3, null)];
    await bench.load(EVENTS, base);
    expect(rowsOf(await bench.log(EVENTS))).toEqual(base);
    expect((await bench.merge(EVENTS, base, { options: SKIP })).unchanged).toBe(6);
    expect(rowsOf(await bench.log(EVENTS))).toEqual(base);
    const more = [...base, event(1), event(3, null), event(4, FEBRUARY), event(4, FEBRUARY)];
    await bench.merge(EVENTS, more);
    expect(rowsOf(await bench.log(EVENTS))).toEqual([
      ...base,
      event(1),
      event(3, null),
      event(4, FEBRUARY),
      event(4, FEBRUARY),
    ]);
  });

  test('its load is aside until it is published, goes on, and begins the log anew', async () => {
    await using bench = await Bench.create(description);
    await bench.load(LOG, orders(1, 3));
    await bench.merge(LOG, orders(1, 3, { n: 1n }));
    await bench.table(LOG, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, LOG, orders(1, 4, { n: 2n }));
      await writer.commit(commitOf(LOG, { loading: loadingState({ position: ['4'] }), minute: 20 }));
      await write(writer, LOG, orders(9, 9));
    });
    expect(await bench.log(LOG)).toHaveLength(6);
    await bench.table(LOG, async (table) => {
      expect(table.loadCanGoOn).toBe(true);
      await using writer = await table.load({ goOn: true });
      await write(writer, LOG, orders(5, 6, { n: 2n }));
      await writer.commit(commitOf(LOG, { loading: loadingState({ position: ['6'] }), minute: 21 }));
      await table.publish(commitOf(LOG, { minute: 22 }));
    });
    expect(rowsOf(await bench.log(LOG))).toEqual(orders(1, 6, { n: 2n }));
    expect(await bench.state(LOG)).toMatchObject({ rows: 6, loading: null });
  });

  test('a column that the source adds, or that grows, is in later versions', async () => {
    await using bench = await Bench.create(description);
    await bench.load(LOG, orders(1, 2));
    const wider = {
      ...LOG,
      columns: [
        ...LOG.columns.map((column) =>
          column.name === 'n'
            ? { name: 'n', type: { kind: 'integer', bytes: 8, signed: true } as const }
            : column,
        ),
        { name: 'city', type: { kind: 'text' } as const },
      ],
    };
    await bench.merge(wider, [order(1, { n: 5_000_000_000n, city: 'Oslo' }), order(2)], { runId: 'wider' });
    expect((await bench.log(wider)).map(({ row }) => [row['id'], row['n'], row['city']])).toEqual([
      [1n, 0n, null],
      [2n, 0n, null],
      [1n, 5_000_000_000n, 'Oslo'],
    ]);
  });

  test('what was not committed is gone', async () => {
    await using bench = await Bench.create(description);
    await bench.load(LOG, orders(1, 3));
    await bench.table(LOG, async (table) => {
      await using writer = await table.merge();
      await write(writer, LOG, orders(1, 1, { n: 1n }));
      await writer.commit(commitOf(LOG));
      await write(writer, LOG, orders(2, 3, { n: 1n }));
    });
    expect(rowsOf(await bench.log(LOG))).toEqual([...orders(1, 3), order(1, { n: 1n })]);
  });

  test('is compacted to all its versions', async () => {
    await using bench = await Bench.create(description);
    await bench.load(LOG, orders(1, 3));
    await bench.merge(LOG, orders(1, 3, { n: 1n }));
    const before = await bench.log(LOG);
    const sink = await bench.sink();
    const done = await sink.compact?.([LOG]);
    if (done !== undefined) expect(done).toMatchObject([{ table: LOG.table, rowsBefore: 6, rowsAfter: 6 }]);
    expect(await bench.log(LOG)).toEqual(before);
    expect((await bench.merge(LOG, orders(1, 3, { n: 1n }), { options: SKIP })).unchanged).toBe(3);
  });
});
