import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../src/rows/position.ts';
import { BATCH_ROWS } from '../../src/rows/column-batch.ts';
import { BYTES, type ColumnType, GEOMETRY, TEXT } from '../../src/rows/column-type.ts';
import type { TargetTable } from '../../src/sinks/sink.ts';
import { giveRows, type Row } from './support/batches.ts';
import { Bench } from './support/bench.ts';
import { checksumOf } from './support/checksum.ts';
import { SINKS } from './sinks.ts';
import { JANUARY, ORDERS } from './support/tables.ts';
import type { Value } from './support/values.ts';

const integer = (bytes: 1 | 2 | 4 | 8, signed: boolean): ColumnType => ({ kind: 'integer', bytes, signed });

/** The ends of an integer's range, what is beside them, and the powers of two at which a byte or a word ends. */
function integers(bytes: 1 | 2 | 4 | 8, signed: boolean): readonly Value[] {
  const bits = BigInt(8 * bytes);
  const [least, most] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  const inner = [-(1n << 32n) - 1n, -256n, -1n, 0n, 1n, 255n, 1n << 31n, (1n << 53n) + 1n];
  return [
    ...new Set([least, least + 1n, ...inner.filter((one) => one > least && one < most), most - 1n, most]),
  ];
}

/** Decimals of so many digits: the ends of the range, the smallest step, and values of few digits. */
function decimals(precision: number, scale: number): readonly Value[] {
  const pointed = (digits: string) => {
    const all = digits.padStart(scale + 1, '0');
    return scale === 0 ? all : `${all.slice(0, -scale)}.${all.slice(-scale)}`;
  };
  const digits = [
    '0',
    '1',
    '9'.repeat(precision),
    `1${'0'.repeat(precision - 1)}`,
    '1234567890'.repeat(7).slice(0, precision),
  ];
  return digits.flatMap((one) => (Number(one) === 0 ? [pointed(one)] : [pointed(one), `-${pointed(one)}`]));
}

const INTEGERS = ([1, 2, 4, 8] as const).flatMap((bytes) =>
  [true, false].map((signed) => [integer(bytes, signed), integers(bytes, signed)] as const),
);

/** Of each width in which a decimal is kept the narrowest and the widest, without a fraction and of nothing else. */
const DECIMALS = [
  [1, 0],
  [4, 2],
  [5, 5],
  [9, 0],
  [10, 3],
  [18, 18],
  [19, 0],
  [38, 0],
  [38, 10],
  [38, 38],
].map(
  ([precision = 0, scale = 0]) =>
    [{ kind: 'decimal', precision, scale } as const, decimals(precision, scale)] as const,
);

const TIMES: readonly Value[] = [
  '0001-01-01 00:00:00.000000',
  '1000-02-28 23:59:59.000001',
  '1969-12-31 23:59:59.999999',
  '1970-01-01 00:00:00.000000',
  '2024-02-29 12:34:56.100000',
  '2038-01-19 03:14:08.000000',
  '9999-12-31 23:59:59.999999',
];

/** Bytes that would end a value, a line or a field somewhere, and lengths about which a store may change its ways. */
const BYTES_VALUES: readonly Value[] = [
  '',
  '00',
  '0A',
  '5C',
  'FF',
  '0000',
  'C328',
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    .toString('hex')
    .toUpperCase(),
  'AB'.repeat(12),
  'AB'.repeat(13),
  '00FF'.repeat(2000),
];

const TEXTS: readonly Value[] = [
  '',
  ' ',
  '  a  ',
  'NULL',
  'null',
  '\\N',
  '\\',
  "it's",
  '"quoted", twice ""',
  'a\tb\nc\r\nd',
  '\u001F\u007F',
  '0',
  '-0',
  'true',
  '{}',
  'é',
  'e\u0301',
  '汉字',
  '😀𝄞',
  '\uFEFF',
  '\uFFFD',
  '\u{10FFFF}',
  'exactly12byt',
  'thirteen byte',
  'x'.repeat(255),
  '汉'.repeat(4000),
];

/** Every kind of column, with the values that are hard for it. */
const TYPES: readonly (readonly [ColumnType, readonly Value[]])[] = [
  ...INTEGERS,
  ...DECIMALS,
  [
    { kind: 'float' },
    [
      0,
      1,
      0.5,
      Math.fround(0.1),
      16777216,
      3.4028234663852886e38,
      -3.4028234663852886e38,
      1.1754943508222875e-38,
      1.401298464324817e-45,
    ],
  ],
  [
    { kind: 'double' },
    [
      0,
      0.1,
      1 / 3,
      -2 / 3,
      1e21,
      2 ** 53 + 2,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2.2250738585072014e-308,
      Number.MIN_VALUE,
      -Number.MIN_VALUE,
    ],
  ],
  [
    { kind: 'date' },
    ['0001-01-01', '1582-10-10', '1900-02-28', '1969-12-31', '1970-01-01', '2000-02-29', '9999-12-31'],
  ],
  [{ kind: 'timestamp', instant: false }, TIMES],
  [{ kind: 'timestamp', instant: true }, TIMES],
  [{ kind: 'bits' }, [0n, 1n, 255n, 1n << 32n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n]],
  [TEXT, TEXTS],
  [{ kind: 'text', scale: 0 }, decimals(65, 0)],
  [{ kind: 'text', scale: 30 }, decimals(65, 30)],
  [BYTES, BYTES_VALUES],
  [GEOMETRY, ['', '0101000000000000000000F03F0000000000000040', '01'.repeat(3000)]],
];

const COLUMNS = TYPES.map(([type], at) => ({ name: `c${at}`, type }));
const EVERY_TYPE: TargetTable = {
  ...ORDERS,
  table: 'torture',
  columns: [ORDERS.columns[0]!, ...COLUMNS, ORDERS.columns[3]!],
};
/** More than a batch: no column has its values, and its NULLs, at the same places as another. */
const ROWS = BATCH_ROWS + 60;

/** Each column goes through its values and NULL, from a place that `shift` moves; the first row has none at all. */
function tortured(shift: number): readonly Row[] {
  return Array.from({ length: ROWS }, (_, id) => {
    const values = TYPES.map(([, all], column) => {
      const at = (id + column + shift) % (all.length + 1);
      return [`c${column}`, id === 0 ? null : (all[at] ?? null)] as const;
    });
    return { id: BigInt(id), ...Object.fromEntries(values), changed: JANUARY };
  });
}

describe.each(SINKS)('types in $name', (description) => {
  test('every value of every type comes back as it was, loaded, merged, compared and compacted', async () => {
    await using bench = await Bench.create(description);
    const rows = tortured(0);
    await bench.load(EVERY_TYPE, rows);
    expect((await bench.read(EVERY_TYPE)).live).toEqual(rows);
    expect((await bench.merge(EVERY_TYPE, rows, { options: { skipUnchanged: true } })).unchanged).toBe(ROWS);
    const moved = tortured(1);
    await bench.merge(EVERY_TYPE, moved);
    expect((await bench.read(EVERY_TYPE)).live).toEqual(moved);
    await bench.compare(EVERY_TYPE, { by: 'rows', action: 'report' }, async (comparer) => {
      await giveRows((batch) => comparer.write(batch), EVERY_TYPE.columns, moved);
      expect(await comparer.close([ALL_ROWS])).toEqual({ missing: 0, extra: 0, different: 0 });
    });
    // Where systems write a number with an exponent in two ways, checksums may differ (rows/checksum.ts).
    const exact = EVERY_TYPE.columns.filter(({ type }) => type.kind !== 'float' && type.kind !== 'double');
    const checksum = checksumOf(exact, moved);
    await bench.compare(
      { ...EVERY_TYPE, columns: exact },
      { by: 'rows', action: 'report' },
      async (comparer) => {
        expect(await comparer.digest(ALL_ROWS, 10_000)).toEqual([{ ...ALL_ROWS, checksum }]);
      },
    );
    await (await bench.sink()).compact?.([EVERY_TYPE]);
    expect((await bench.read(EVERY_TYPE)).live).toEqual(moved);
  });

  test('a change log finds every value of every type again', async () => {
    await using bench = await Bench.create(description);
    const log = { ...EVERY_TYPE, append: true };
    await bench.load(log, tortured(0).slice(0, 100));
    const again = await bench.merge(log, tortured(0).slice(0, 110), { options: { skipUnchanged: true } });
    expect(again).toMatchObject({ unchanged: 100, state: { rows: 110 } });
    expect((await bench.log(log)).map(({ row }) => row)).toEqual(tortured(0).slice(0, 110));
  });

  test('a text with a NUL byte is kept, or refused with its column and nothing else lost', async () => {
    await using bench = await Bench.create(description);
    await bench.load(EVERY_TYPE, tortured(0).slice(0, 3));
    const column = COLUMNS.find(({ type }) => type.kind === 'text')!.name;
    const row = { ...tortured(0)[1]!, [column]: 'a\0b' };
    const merging = bench.merge(EVERY_TYPE, [row]);
    if (description.capabilities.nulInTexts) await merging;
    else {
      await expect(merging).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining(`column "${column}"`) as string,
      });
    }
    const [first, second, third] = tortured(0);
    const stored = description.capabilities.nulInTexts ? row : second;
    expect((await bench.read(EVERY_TYPE)).live).toEqual([first, stored, third]);
  });
});
