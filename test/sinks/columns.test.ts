import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../../src/rows/column-type.ts';
import type { TargetTable } from '../../src/sinks/sink.ts';
import { Bench } from './support/bench.ts';
import { SINKS } from './sinks.ts';
import { ORDERS, order, orders } from './support/tables.ts';
import type { Value } from './support/values.ts';

/** The orders with another column beside, or with another type of it. */
function withColumn(type: ColumnType, name = 'extra'): TargetTable {
  return { ...ORDERS, columns: [...ORDERS.columns, { name, type }] };
}

const integer = (bytes: 1 | 2 | 4 | 8, signed = true): ColumnType => ({ kind: 'integer', bytes, signed });
const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale });
const naive: ColumnType = { kind: 'timestamp', instant: false };

/** Types that hold every value of others: a value of the first, the same in the second, and one that only it holds. */
const WIDENED: readonly (readonly [string, ColumnType, Value, ColumnType, Value, Value])[] = [
  ['an integer', integer(2), -32768n, integer(8), -32768n, 9223372036854775807n],
  ['an unsigned integer', integer(1, false), 255n, integer(2), 255n, -32768n],
  ['an integer to a decimal', integer(4), -7n, decimal(12, 2), '-7.00', '9999999999.99'],
  ['a decimal', decimal(8, 2), '-123456.78', decimal(20, 4), '-123456.7800', '9999999999999999.9999'],
  [
    'a decimal to its text',
    decimal(38, 2),
    '-0.50',
    { kind: 'text', scale: 4 },
    '-0.5000',
    `${'1'.repeat(60)}.0000`,
  ],
  [
    'a number to a text',
    integer(8, false),
    18446744073709551615n,
    { kind: 'text' },
    '18446744073709551615',
    'none',
  ],
  ['a float', { kind: 'float' }, 0.5, { kind: 'double' }, 0.5, 0.1],
  [
    'a date',
    { kind: 'date' },
    '1969-12-31',
    naive,
    '1969-12-31 00:00:00.000000',
    '9999-12-31 23:59:59.999999',
  ],
];

const UNFIT: readonly (readonly [string, ColumnType, ColumnType])[] = [
  ['a decimal that is now a date', decimal(8, 2), { kind: 'date' }],
  ['bytes that are now a text', { kind: 'bytes' }, { kind: 'text' }],
  ['a time that is now an instant', naive, { kind: 'timestamp', instant: true }],
  ['a double that is now an integer', { kind: 'double' }, integer(8)],
];

describe.each(SINKS)('columns of $name', (description) => {
  test('one that the source adds is NULL in rows that are not read again', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 3));
    const wider = withColumn({ kind: 'bytes' });
    await bench.merge(wider, [order(2, { extra: '00FF' }), order(4, { extra: '' })]);
    expect((await bench.read(wider)).live.map((row) => [row['id'], row['extra']])).toEqual([
      [1n, null],
      [2n, '00FF'],
      [3n, null],
      [4n, ''],
    ]);
    await bench.table(wider, async ({ columns }) => {
      expect(columns.toSorted()).toEqual(['changed', 'extra', 'id', 'n', 'title']);
    });
  });

  test('one that the source drops stays, and is NULL in rows that are read again', async () => {
    await using bench = await Bench.create(description);
    await bench.load(ORDERS, orders(1, 3));
    const without = { ...ORDERS, columns: ORDERS.columns.filter(({ name }) => name !== 'title') };
    await bench.merge(without, [order(2, { n: 1n })]);
    expect((await bench.read(ORDERS)).live).toEqual([order(1), order(2, { n: 1n, title: null }), order(3)]);
    for (const _ of [1, 2]) {
      await bench.table(without, async ({ columns }) => {
        expect(columns, 'columns that the sink holds').toContain('title');
      });
      await bench.merge(without, []);
    }
    await bench.merge(ORDERS, [order(1, { title: 'back' })]);
    expect((await bench.read(ORDERS)).live.map((row) => row['title'])).toEqual([
      'back',
      null,
      order(3)['title'],
    ]);
  });

  test.each(WIDENED)('%s that grows keeps its values', async (_, before, value, after, same, larger) => {
    await using bench = await Bench.create(description);
    await bench.load(withColumn(before), [order(1, { extra: value }), order(2), order(3, { extra: value })]);
    const grown = withColumn(after);
    await bench.merge(grown, [order(3, { extra: larger }), order(4, { extra: same })]);
    expect((await bench.read(grown)).live.map((row) => row['extra'])).toEqual([same, null, larger, same]);
    const again = await bench.merge(grown, [order(1, { extra: same })], { options: { skipUnchanged: true } });
    expect(again.unchanged, 'a value that grew is the value that the source has').toBe(1);
  });

  test('a decimal that grew to its text has all of its digits, once the sink is compact', async () => {
    await using bench = await Bench.create(description);
    await bench.load(withColumn(decimal(3, 2)), [order(1, { extra: '-0.50' }), order(2)]);
    const grown = withColumn({ kind: 'text', scale: 4 });
    await bench.merge(grown, [order(3, { extra: `${'1'.repeat(60)}.0000` })]);
    await (await bench.sink()).compact?.([ORDERS]);
    await bench.close();
    const stored = await bench.place.read(ORDERS);
    const expected = ['-0.5000', `${'1'.repeat(60)}.0000`, null];
    expect(new Set(stored.map((row) => row['extra']))).toEqual(new Set(expected));
  });

  test.each([
    ['an integer', integer(8), 5_000_000_000n, integer(2), 7n, 7n],
    ['a text', { kind: 'text' } as const, 'none', integer(2), 7n, '7'],
  ])('%s that became narrower stays as wide as it was', async (_, wide, value, narrow, small, same) => {
    await using bench = await Bench.create(description);
    await bench.load(withColumn(wide), [order(1, { extra: value }), order(2, { extra: value })]);
    await bench.merge(withColumn(narrow), [order(2, { extra: small })]);
    expect((await bench.read(withColumn(wide))).live.map((row) => row['extra'])).toEqual([value, same]);
    // It still has every value that it had.
    await bench.merge(withColumn(wide), [order(3, { extra: value })]);
    expect((await bench.read(withColumn(wide))).live.map((row) => row['extra'])).toEqual([
      value,
      same,
      value,
    ]);
  });

  test.each(UNFIT)(
    '%s is refused before anything is changed, and taken by a new load',
    async (_, before, after) => {
      await using bench = await Bench.create(description);
      await bench.load(withColumn(before), orders(1, 3), { watermark: ['w'] });
      const changed = {
        ...withColumn(after),
        columns: [...withColumn(after).columns, { name: 'more', type: integer(4) }],
      };
      const attempts = [
        () => bench.merge(changed, orders(1, 5, { n: 1n })),
        () => bench.compare(changed, { by: 'rows', action: 'mend' }, async () => {}),
      ];
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toMatchObject({
          exitCode: 4,
          message: expect.stringMatching(/extra/) as string,
          hints: [expect.stringContaining('--full-refresh')],
        });
      }
      expect((await bench.read(withColumn(before))).live).toEqual(
        orders(1, 3).map((row) => ({ ...row, extra: null })),
      );
      expect(await bench.state(ORDERS)).toMatchObject({ watermark: ['w'], rows: 3 });
      await bench.table(changed, async ({ columns }) => {
        expect(columns, 'a column that came with one that was refused').not.toContain('more');
      });
      await bench.load(changed, orders(4, 5));
      expect((await bench.read(changed)).live).toMatchObject(orders(4, 5));
    },
  );

  test('names that SQL would not take as they are', async () => {
    await using bench = await Bench.create(description);
    const names = [
      'select',
      'a b',
      'say "hi"',
      "it's",
      'Groß',
      '列',
      'a.b',
      'x;--',
      '%s',
      '$1',
      'back`tick',
      'a\\b',
    ];
    const columns = names.map((name) => ({ name, type: integer(4) }));
    const target = { ...ORDERS, columns: [...ORDERS.columns, ...columns] };
    const numbered = (from: number) => Object.fromEntries(names.map((name, at) => [name, BigInt(from + at)]));
    await bench.load(target, [order(1, numbered(0)), order(2, numbered(100))]);
    await bench.merge(target, [order(2, numbered(200))]);
    const differences = await bench.compare(target, { by: 'rows', action: 'report' }, (comparer) =>
      comparer.close([{ after: null, upTo: null }]),
    );
    expect(differences).toEqual({ missing: 0, extra: 2, different: 0 });
    expect((await bench.read(target)).live).toEqual([order(1, numbered(0)), order(2, numbered(200))]);
  });
});
