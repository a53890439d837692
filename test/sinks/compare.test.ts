import { describe, expect, test } from 'vitest';
import { ALL_ROWS, type KeyWindow } from '../../src/rows/position.ts';
import { TEXT } from '../../src/rows/column-type.ts';
import type { DigestPart, TargetColumn, TargetTable, WindowComparer } from '../../src/sinks/sink.ts';
import { giveRows, type Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import { checksumOf } from './support/checksum.ts';
import { SINKS } from './sinks.ts';
import { FEBRUARY, inKeyOrder, ORDERS, order, orders, place, PLACES, positionOf } from './support/tables.ts';
import { positionValue } from './support/values.ts';

const REPORT = { by: 'rows', action: 'report' } as const;
const BY_KEYS = { by: 'keys', action: 'report' } as const;

function columnsNamed({ columns }: TargetTable, names: readonly string[]): readonly TargetColumn[] {
  return names.map((name) => columns.find((column) => column.name === name)!);
}

const keyColumns = (target: TargetTable) => columnsNamed(target, target.key);

async function give(comparer: WindowComparer, target: TargetTable, rows: readonly Row[]): Promise<void> {
  await giveRows((batch) => comparer.write(batch), target.columns, rows, 100);
}

async function exclude(comparer: WindowComparer, target: TargetTable, rows: readonly Row[]): Promise<void> {
  const columns = columnsNamed(target, [target.cursor, ...target.key]);
  await giveRows((batch) => comparer.exclude(batch), columns, rows, 100);
}

function isIn(target: TargetTable, row: Row, { after, upTo }: KeyWindow): boolean {
  const at = (position: readonly string[]) =>
    Object.fromEntries(
      keyColumns(target).map(({ name, type }, part) => [name, positionValue(position[part]!, type)]),
    );
  const first = (one: Row, other: Row) => inKeyOrder(target, [one, other])[0] === one;
  const keyOf = (one: Row) => Object.fromEntries(target.key.map((name) => [name, one[name]!]));
  const isAfter = after === null || !first(keyOf(row), at(after));
  return isAfter && (upTo === null || first(keyOf(row), at(upTo)));
}

/** Parts must fill the window, end to end, and say of their rows what they are. */
function expectParts(
  parts: readonly DigestPart[],
  target: TargetTable,
  {
    window,
    rows,
    columns = target.columns,
  }: {
    readonly window: KeyWindow;
    readonly rows: readonly Row[];
    readonly columns?: readonly TargetColumn[];
  },
): void {
  expect(parts[0]?.after).toEqual(window.after);
  expect(parts.at(-1)?.upTo).toEqual(window.upTo);
  for (const [at, part] of parts.entries()) {
    if (at > 0) expect(part.after).toEqual(parts[at - 1]!.upTo);
    const within = rows.filter((row) => isIn(target, row, part));
    expect(part.checksum, `part ${at}`).toEqual(checksumOf(columns, within));
  }
}

const PLACES_ROWS = inKeyOrder(
  PLACES,
  [-2, 0, 7].flatMap((site) => Array.from({ length: 90 }, (_, code) => place(site, code * 37))),
);

describe.each(SINKS)('comparing with $name', (description) => {
  test.each([1, 7, 64, 1000])('digests of parts of %i rows are those of the rows', async (rowsPerPart) => {
    await using bench = await Bench.create(description);
    await bench.load(PLACES, PLACES_ROWS);
    const windows: readonly KeyWindow[] = [
      ALL_ROWS,
      { after: null, upTo: positionOf(PLACES, place(0, 37)) },
      { after: positionOf(PLACES, place(-2, 38)), upTo: positionOf(PLACES, place(7, 37 * 5)) },
      { after: positionOf(PLACES, place(7, 37 * 89)), upTo: null },
    ];
    await bench.compare(PLACES, REPORT, async (comparer) => {
      for (const window of windows) {
        const parts = await comparer.digest(window, rowsPerPart);
        const rows = PLACES_ROWS.filter((row) => isIn(PLACES, row, window));
        expectParts(parts, PLACES, { window, rows });
        expect(parts).toHaveLength(Math.max(1, Math.ceil(rows.length / rowsPerPart)));
      }
    });
    await bench.compare(PLACES, BY_KEYS, async (comparer) => {
      const parts = await comparer.digest(ALL_ROWS, rowsPerPart);
      expectParts(parts, PLACES, { window: ALL_ROWS, rows: PLACES_ROWS, columns: keyColumns(PLACES) });
    });
  });

  test('the digest of a window without rows is one part', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 10));
    const window = { after: ['10'], upTo: ['20'] };
    const parts = await bench.compare(ORDERS, REPORT, (comparer) => comparer.digest(window, 5));
    expect(parts).toEqual([{ ...window, checksum: { rows: 0, hash: 0n } }]);
  });

  test('a digest is of the rows as they are now: merged ones, and values from NULL to not', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 50));
    const digest = () => bench.compare(ORDERS, REPORT, (comparer) => comparer.digest(ALL_ROWS, 1000));
    let rows = orders(1, 50);
    for (const change of [{ title: null }, { title: '' }, { n: null }, { n: 0n, changed: FEBRUARY }]) {
      rows = rows.map((row) => (row['id'] === 7n ? { ...row, ...change } : row));
      await bench.merge(ORDERS, rows.slice(6, 7));
      expect(await digest()).toEqual([{ ...ALL_ROWS, checksum: checksumOf(ORDERS.columns, rows) }]);
    }
  });

  test('a key of text, in windows of all rows', async () => {
    await using bench = await Bench.create(description);
    const target = {
      ...ORDERS,
      columns: ORDERS.columns.map((column) => (column.name === 'id' ? { ...column, type: TEXT } : column)),
    };
    const rows = ['b', 'A', 'é', '中', 'Z', 'a b', "it's", ''].map((id, at) => order(at, { id }));
    await bench.load(target, rows);
    await bench.compare(target, REPORT, async (comparer) => {
      const [part, ...others] = await comparer.digest(ALL_ROWS, 1_000_000);
      expect(others).toEqual([]);
      expect(part?.checksum).toEqual(checksumOf(target.columns, rows));
      await give(comparer, target, [...rows.slice(1), order(50, { id: 'new' })]);
      expect(await comparer.close([ALL_ROWS])).toEqual({ missing: 1, extra: 1, different: 0 });
    });
  });

  test('what is missing, extra and different is counted, in the windows alone', async () => {
    await using bench = await Bench.create(description);
    const rows = [...orders(1, 300), order(301, { title: null }), order(302)];
    await bench.load(ORDERS, rows);
    const source = [
      ...orders(1, 99),
      ...orders(101, 149),
      order(150, { n: 1n }),
      order(151, { title: null }),
      order(152, { changed: FEBRUARY }),
      ...orders(153, 200),
      ...orders(900, 903),
    ];
    const windows = [
      { after: null, upTo: ['120'] },
      { after: ['120'], upTo: ['200'] },
      { after: ['300'], upTo: null },
    ];
    const later = [order(301, { title: '' }), ...orders(900, 903)];
    await bench.compare(ORDERS, REPORT, async (comparer) => {
      await give(comparer, ORDERS, source.slice(0, -4));
      expect(await comparer.close(windows.slice(0, 2))).toEqual({ missing: 0, extra: 1, different: 3 });
      await give(comparer, ORDERS, later);
      expect(await comparer.close(windows.slice(2))).toEqual({ missing: 4, extra: 1, different: 1 });
      // Nothing was taken since: every row of the sink is one that the source does not have.
      expect(await comparer.close([{ after: ['10'], upTo: ['20'] }])).toEqual({
        missing: 0,
        extra: 10,
        different: 0,
      });
    });
    await bench.compare(ORDERS, REPORT, async (comparer) => {
      await give(comparer, ORDERS, [...orders(1, 5), ...orders(11, 15), order(18, { n: 2n })]);
      const apart = [
        { after: null, upTo: ['5'] },
        { after: ['10'], upTo: ['15'] },
        { after: ['17'], upTo: ['18'] },
      ];
      expect(await comparer.close(apart)).toEqual({ missing: 0, extra: 0, different: 1 });
    });
    expect((await bench.read(ORDERS)).live).toEqual(rows);
  });

  test('by keys only rows that the source no longer has are found', async () => {
    await using bench = await Bench.create(description);
    await bench.load(PLACES, PLACES_ROWS);
    const source = PLACES_ROWS.filter((_, at) => at % 50 !== 0);
    await bench.compare(PLACES, BY_KEYS, async (comparer) => {
      await giveRows((batch) => comparer.write(batch), keyColumns(PLACES), [...source, place(99, 1)], 40);
      expect(await comparer.close([ALL_ROWS])).toEqual({ missing: 0, extra: 6, different: 0 });
    });
  });

  test('excluded rows are left out of both sides', async () => {
    await using bench = await Bench.create(description);
    const rows = orders(1, 100);
    await bench.load(ORDERS, rows);
    const changing = [...orders(10, 20, { changed: FEBRUARY }), order(500, { changed: FEBRUARY })];
    await bench.compare(ORDERS, REPORT, async (comparer) => {
      await exclude(comparer, ORDERS, changing.slice(0, 5));
      await exclude(comparer, ORDERS, changing.slice(5));
      const rest = rows.filter(({ id }) => Number(id) < 10 || Number(id) > 20);
      expect(await comparer.digest(ALL_ROWS, 1000)).toEqual([
        { ...ALL_ROWS, checksum: checksumOf(ORDERS.columns, rest) },
      ]);
      await give(comparer, ORDERS, [...orders(1, 15), ...orders(21, 98), ...changing.slice(-1)]);
      expect(await comparer.close([ALL_ROWS])).toEqual({ missing: 0, extra: 2, different: 0 });
      // More may be excluded while others are compared.
      await exclude(comparer, ORDERS, orders(99, 99));
      await give(comparer, ORDERS, orders(1, 98));
      expect(await comparer.close([ALL_ROWS])).toEqual({ missing: 0, extra: 1, different: 0 });
    });
  });

  test('a sample has as many keys as it should, all of them there, in key order', async () => {
    await using bench = await Bench.create(description);
    await bench.load(PLACES, PLACES_ROWS);
    const positions = PLACES_ROWS.map((row) => positionOf(PLACES, row).join(' ').toUpperCase());
    await bench.compare(PLACES, REPORT, async (comparer) => {
      for (const [wanted, found] of [
        [40, 40],
        [1000, 270],
      ] as const) {
        const sample = (await comparer.sample(wanted)).map((key) => key.join(' ').toUpperCase());
        expect(sample).toHaveLength(found);
        const at = sample.map((key) => positions.indexOf(key));
        expect(at).not.toContain(-1);
        expect(at).toEqual([...new Set(at)].toSorted((left, right) => left - right));
      }
      const halves = (await comparer.sample(135)).map(([site]) => site);
      expect(new Set(halves), 'by chance, and not the first ones').toEqual(new Set(['-2', '0', '7']));
    });
  });

  test('rows whose values changed and whose cursor did not are found, with the first of their keys', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, [...orders(1, 60), order(61, { changed: null })]);
    const sampled = [
      ...orders(1, 20),
      ...orders(21, 28, { n: 5n }),
      order(29, { title: null }),
      order(30, { n: 1n, changed: FEBRUARY }),
      order(500, { n: 1n }),
    ];
    await bench.compare(ORDERS, REPORT, async (comparer) => {
      await give(comparer, ORDERS, sampled);
      await give(comparer, ORDERS, sampled.slice(15, 25));
      const changed = await comparer.changed();
      expect(changed).toMatchObject({ rowsSampled: sampled.length, rows: 9 });
      expect(changed.examples.length).toBeGreaterThan(0);
      expect(changed.examples).toEqual(
        sampled.slice(20, 20 + changed.examples.length).map((row) => positionOf(ORDERS, row)),
      );
    });
    await bench.compare(ORDERS, REPORT, async (comparer) => {
      await give(comparer, ORDERS, orders(1, 60));
      expect(await comparer.changed()).toEqual({ rowsSampled: 60, rows: 0, examples: [] });
    });
  });
});
