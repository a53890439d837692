import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SINK_KINDS } from '../../src/sinks/open-sink.ts';
import { Bench, write } from './support/bench.ts';
import { commitOf, FEBRUARY, loadingState, ORDERS, order, orders, PLACES, place } from './support/tables.ts';
import { SINKS } from './sinks.ts';

test('every kind of sink has joined the suite', () => {
  expect(SINKS.map(({ name }) => name).toSorted()).toEqual(SINK_KINDS.map(({ name }) => name).toSorted());
});

describe.each(SINKS)('the state of a $name sink', (description) => {
  test('of a place where nothing is, is none, and nothing is made', async () => {
    await using bench = await Bench.create(description);
    expect(await bench.states()).toEqual([]);
    expect(await bench.runs(10)).toEqual([]);
    expect((await bench.read(ORDERS)).live).toEqual([]);
    await expect(stat(bench.place.spec.location)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is kept as it was saved, whatever the pipeline remembers in it', async () => {
    await using bench = await Bench.create(description);
    const loaded = await bench.load(ORDERS, orders(1, 10));
    const memory = { clock: '2026-10-25 01:59:59.5', pending: [{ id: 'transaction 7', since: null }] };
    const changed = { ...loaded, watermark: [FEBRUARY, '7'], memory, keyRules: ['id utf8mb4_bin'] };
    await (await bench.sink()).saveState(changed);
    expect(await bench.state(ORDERS)).toMatchObject({
      watermark: [FEBRUARY, '7'],
      memory,
      keyRules: ['id utf8mb4_bin'],
    });
    expect((await bench.read(ORDERS)).live).toHaveLength(10);
  });

  test('is forgotten for one table alone, which is then loaded anew', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10));
    await bench.load(PLACES, [place(1, 1), place(1, 2)]);
    expect(await (await bench.sink()).removeState(ORDERS)).toBe(true);
    expect(await (await bench.sink()).removeState(ORDERS)).toBe(false);
    expect(await bench.state(ORDERS)).toBeNull();
    expect(await bench.state(PLACES)).toMatchObject({ rows: 2 });
    expect((await bench.read(ORDERS)).live, 'rows of a table whose state is forgotten').toEqual(
      orders(1, 10),
    );
    await bench.table(ORDERS, async (table) => {
      expect([table.state, table.loadCanGoOn]).toEqual([null, false]);
      await using writer = await table.load({ goOn: false });
      await write(writer, ORDERS, orders(3, 4));
      expect(await writer.commit(commitOf(ORDERS, { loading: loadingState() }))).toMatchObject({ rows: 10 });
      expect((await bench.read(ORDERS)).live).toEqual(orders(1, 10));
      await table.publish(commitOf(ORDERS));
    });
    expect((await bench.read(ORDERS)).live).toEqual(orders(3, 4));
    expect(await bench.state(ORDERS)).toMatchObject({ rows: 2, loading: null });
  });

  test('is not made up for a table that has none', async () => {
    await using bench = await Bench.create(description);
    const loaded = await bench.load(ORDERS, orders(1, 2));
    for (const unknown of [{ ...loaded, table: 'nowhere' }, loaded]) {
      if (unknown === loaded) await (await bench.sink()).removeState(ORDERS);
      await expect((await bench.sink()).saveState(unknown)).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringContaining(`no state of business.${unknown.table}`) as string,
        hints: [expect.stringContaining('extract-load')],
      });
    }
    expect(await bench.states()).toEqual([]);
  });

  test("and the rows go on under a table's new name", async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10));
    const renamed = { ...ORDERS, table: 'sales', formerName: 'orders' };
    await bench.merge(renamed, [order(11, { changed: FEBRUARY })]);
    expect((await bench.read(renamed)).live).toEqual([...orders(1, 10), order(11, { changed: FEBRUARY })]);
    expect(await bench.state(renamed)).toMatchObject({ table: 'sales', rows: 11 });
    expect(await bench.state(ORDERS)).toBeNull();
  });

  test('says how many rows there are, after each commit', async () => {
    await using bench = await Bench.create(description);
    expect(await bench.load(ORDERS, orders(1, 10))).toMatchObject({ rows: 10, loading: null });
    const { state } = await bench.merge(ORDERS, [order(11), order(12)]);
    expect(state.rows).toBe(12);
    expect(await bench.state(ORDERS)).toMatchObject({ rows: 12 });
  });

  test('has a record of every run, latest first, one for each however often it commits', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10), { runId: 'first' });
    await bench.merge(ORDERS, [order(11)], { runId: 'second', minute: 20 });
    await bench.merge(ORDERS, [order(12)], { runId: 'second', minute: 21 });
    expect((await bench.runs(10)).map(({ runId }) => runId)).toEqual(['second', 'first']);
    expect(await bench.runs(1)).toHaveLength(1);
  });

  test('of many tables comes in the order of their names', async () => {
    await using bench = await Bench.create(description);
    const tables = ['t_1', 'B', '列', 'a', 't1', 'é', 'Z'];
    for (const database of ['sales', 'Sales 2', 'hr']) {
      for (const table of tables) await bench.load({ ...ORDERS, database, table }, [order(1)]);
    }
    const sorted = ['B', 'Z', 'a', 't1', 't_1', 'é', '列'];
    expect((await bench.states()).map(({ database, table }) => [database, table])).toEqual(
      ['Sales 2', 'hr', 'sales'].flatMap((database) => sorted.map((table) => [database, table])),
    );
  });
});
