import { describe, expect, test } from 'vitest';
import { BatchPool, POOL_LIMITS } from '../../src/rows/batch-pool.ts';
import { fillBatch } from './support/batches.ts';
import { Bench, write } from './support/bench.ts';
import { SINKS } from './sinks.ts';
import { commitOf, loadingState, ORDERS, order, orders, positionOf } from './support/tables.ts';

describe.each(SINKS)('loading into $name', (description) => {
  test('rows, state and record are there once it is published, and the state says how many', async () => {
    await using bench = await Bench.create(description);
    const rows = orders(1, 2500);
    const watermark = positionOf(ORDERS, order(2500), ['changed', 'id']);
    await bench.table(ORDERS, async (table) => {
      expect(table).toMatchObject({ state: null, loadCanGoOn: false, columns: [] });
      await using writer = await table.load({ goOn: false });
      const out = await write(writer, ORDERS, rows);
      const loading = loadingState({ position: positionOf(ORDERS, order(2500)), watermark });
      const committed = await writer.commit(commitOf(ORDERS, { loading, rows: 2500, mode: 'snapshot' }));
      expect(out(), 'batches that a commit leaves with the sink').toBe(0);
      expect(committed.loading).toEqual(loading);
      const complete = commitOf(ORDERS, { watermark, rows: 2500, mode: 'snapshot' });
      const published = await table.publish(complete);
      expect(published).toEqual({ ...complete.state, rows: 2500 });
      expect(table.output).toContain('orders');
    });
    expect((await bench.read(ORDERS)).live).toEqual(rows);
    const { state, run } = commitOf(ORDERS, { watermark, rows: 2500, mode: 'snapshot' });
    expect(await bench.states()).toEqual([{ ...state, rows: 2500 }]);
    expect(await bench.runs(10)).toEqual([run]);
    await bench.table(ORDERS, async (table) => {
      expect(table.state).toEqual({ ...state, rows: 2500 });
      expect(table.columns.toSorted()).toEqual(['changed', 'id', 'n', 'title']);
    });
  });

  test('tables of a new place can be opened at once, as a first run does', async () => {
    for (let round = 0; round < 3; round += 1) {
      await using bench = await Bench.create(description);
      const sink = await bench.sink();
      const names = Array.from({ length: 8 }, (_, number) => `table_${number}`);
      const opened = await Promise.all(names.map((table) => sink.openTable({ ...ORDERS, table })));
      for (const table of opened) await table[Symbol.asyncDispose]();
    }
  });

  test('readers see nothing of it, and the table as it was, until it is published', async () => {
    await using bench = await Bench.create(description);
    const old = orders(1, 30);
    await bench.load(ORDERS, old, { watermark: ['2024-01-01 00:00:00', '30'], runId: 'run-0' });
    const loading = loadingState({ position: ['40'] });
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(11, 40, { n: 1n }));
      const state = await writer.commit(
        commitOf(ORDERS, { watermark: ['2024-01-01 00:00:00', '30'], loading, rows: 30, minute: 1 }),
      );
      expect(state).toMatchObject({ loading, rows: 30 });
      if (description.capabilities.readersWhileWriting) {
        expect((await bench.place.read(ORDERS)).length).toBe(30);
      }
    });
    expect((await bench.read(ORDERS)).live).toEqual(old);
    expect(await bench.state(ORDERS)).toMatchObject({
      loading,
      rows: 30,
      watermark: [expect.anything(), '30'],
    });
    await bench.table(ORDERS, (table) => table.publish(commitOf(ORDERS, { rows: 30, minute: 2 })));
    expect((await bench.read(ORDERS)).live).toEqual(orders(11, 40, { n: 1n }));
    expect(await bench.state(ORDERS)).toMatchObject({ loading: null, rows: 30 });
  });

  test('a first load that is not published is no table to readers', async () => {
    await using bench = await Bench.create(description);
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 10));
      const state = await writer.commit(commitOf(ORDERS, { loading: loadingState() }));
      expect(state.rows).toBe(0);
    });
    expect((await bench.read(ORDERS)).live).toEqual([]);
    expect(await bench.state(ORDERS)).toMatchObject({ rows: 0, loading: { position: null } });
  });

  test('what was written after the last commit is gone; the next run goes on from it', async () => {
    await using bench = await Bench.create(description);
    const loading = loadingState({ position: ['20'], memory: { read: ['a', { b: 1 }] } });
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 20));
      await writer.commit(commitOf(ORDERS, { loading, rows: 20 }));
      await write(writer, ORDERS, orders(21, 30, { n: 9n }));
    });
    await bench.close();
    await bench.table(ORDERS, async (table) => {
      expect(table.loadCanGoOn).toBe(true);
      expect(table.state?.loading).toEqual(loading);
      await using writer = await table.load({ goOn: true });
      await write(writer, ORDERS, orders(21, 40));
      await writer.commit(commitOf(ORDERS, { loading: { ...loading, position: ['40'] }, rows: 40 }));
      await write(writer, ORDERS, orders(41, 45));
      await writer.commit(commitOf(ORDERS, { loading: { ...loading, position: ['45'] }, rows: 45 }));
    });
    await bench.table(ORDERS, async (table) => {
      expect(table.loadCanGoOn).toBe(true);
      expect((await table.publish(commitOf(ORDERS, { rows: 45 }))).rows).toBe(45);
    });
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 45));
    await bench.table(ORDERS, async (table) => {
      expect(table.loadCanGoOn).toBe(false);
    });
  });

  test('a load that begins anew has nothing of the one before', async () => {
    await using bench = await Bench.create(description);
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 20, { n: 1n }));
      await writer.commit(commitOf(ORDERS, { loading: loadingState({ position: ['20'] }), rows: 20 }));
    });
    await bench.load(ORDERS, orders(5, 8));
    expect((await bench.read(ORDERS)).live).toEqual(orders(5, 8));
  });

  test.each([
    ['a column more', [...ORDERS.columns, { name: 'more', type: { kind: 'date' } as const }]],
    ['a column less', ORDERS.columns.filter(({ name }) => name !== 'n')],
    [
      'a column of another type',
      ORDERS.columns.map((column) =>
        column.name === 'n' ? { name: 'n', type: { kind: 'double' } as const } : column,
      ),
    ],
  ])('a load cannot go on with %s', async (_, columns) => {
    await using bench = await Bench.create(description);
    await bench.table(ORDERS, async (table) => {
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(1, 20));
      await writer.commit(commitOf(ORDERS, { loading: loadingState({ position: ['20'] }), rows: 20 }));
    });
    await bench.table({ ...ORDERS, columns }, async (table) => {
      expect(table.loadCanGoOn).toBe(false);
      await using writer = await table.load({ goOn: false });
      await write(writer, { ...ORDERS, columns }, []);
      await writer.commit(commitOf(ORDERS, { loading: loadingState() }));
      await table.publish(commitOf(ORDERS));
    });
    expect(await bench.read({ ...ORDERS, columns })).toEqual({ live: [], marked: [] });
  });

  test('an empty table is a table: it has a state, and rows can be merged into it', async () => {
    await using bench = await Bench.create(description);
    expect((await bench.load(ORDERS, [], { watermark: null })).rows).toBe(0);
    expect((await bench.read(ORDERS)).live).toEqual([]);
    await bench.table(ORDERS, async (table) => {
      expect(table.state).toMatchObject({ rows: 0, loading: null });
    });
    await bench.merge(ORDERS, orders(1, 3));
    expect((await bench.read(ORDERS)).live).toEqual(orders(1, 3));
  });

  test(
    'batches of every size, and none, while only so many may be under way',
    { timeout: 60_000 },
    async () => {
      await using bench = await Bench.create(description);
      const pool = new BatchPool(ORDERS.columns.map(({ type }) => type));
      const sizes = Array.from({ length: POOL_LIMITS.batches * 3 }, (_, at) => [0, 1, 300, 2048, 7][at % 5]!);
      const all = sizes.reduce((sum, size) => sum + size, 0);
      await bench.table(ORDERS, async (table) => {
        await using writer = await table.load({ goOn: false });
        let id = 1;
        for (const size of sizes) {
          // Waits for ever where a sink keeps its batches.
          const batch = await pool.next();
          fillBatch(batch, ORDERS.columns, orders(id, id + size - 1));
          id += size;
          await writer.write(batch);
        }
        await writer.commit(commitOf(ORDERS, { loading: loadingState() }));
        expect((await table.publish(commitOf(ORDERS))).rows).toBe(all);
      });
      expect((await bench.read(ORDERS)).live).toEqual(orders(1, all));
    },
  );
});
