import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../../../src/rows/position.ts';
import { literal, rangesAfter, rangesOf } from '../../../../src/pipeline/source/keyset.ts';
import type { ColumnType } from '../../../../src/rows/column-type.ts';
import type { SourceColumn } from '../../../../src/pipeline/source/source-table.ts';

function column(name: string, type: ColumnType): SourceColumn {
  return { name, type, expression: name, nullable: false, mask: null };
}

const time = column('changed', { kind: 'timestamp', instant: false });
const id = column('id', { kind: 'integer', bytes: 8, signed: false });
const hash = column('hash', { kind: 'bytes' });
const name = column('na`me', { kind: 'text' });

describe('range scans after a position', () => {
  test('from the beginning there is no condition', () => {
    expect(rangesAfter([time, id], null)).toEqual(['']);
  });

  test('ties first, then everything later; never a tuple, never OR', () => {
    expect(rangesAfter([time, id, hash], ['2024-01-01 00:00:00', '7', '0x00ff'])).toEqual([
      "`changed` = '2024-01-01 00:00:00' AND `id` = 7 AND `hash` > X'00ff'",
      "`changed` = '2024-01-01 00:00:00' AND `id` > 7",
      "`changed` > '2024-01-01 00:00:00'",
    ]);
  });

  test('a bare cursor value stands before the rows that have it', () => {
    expect(rangesAfter([time, id], ['2024-01-01 00:00:00'])).toEqual(["`changed` >= '2024-01-01 00:00:00'"]);
  });
});

describe('range scans of a window', () => {
  const price = column('price', { kind: 'decimal', precision: 10, scale: 2 });

  test('all rows, and windows with one end', () => {
    expect(rangesOf([time, id], ALL_ROWS)).toEqual(['']);
    expect(rangesOf([id], { after: ['3'], upTo: null })).toEqual(['`id` > 3']);
    expect(rangesOf([id, hash], { after: null, upTo: ['3', '0x00'] })).toEqual([
      '`id` < 3',
      "`id` = 3 AND `hash` <= X'00'",
    ]);
  });

  test('ends that share no prefix: the rest of the first, what lies between, the beginning of the last', () => {
    expect(
      rangesOf([price, id, hash], { after: ['1.00', '2', '0x03'], upTo: ['4.00', '5', '0x06'] }),
    ).toEqual([
      "`price` = 1.00 AND `id` = 2 AND `hash` > X'03'",
      '`price` = 1.00 AND `id` > 2',
      '`price` > 1.00 AND `price` < 4.00',
      '`price` = 4.00 AND `id` < 5',
      "`price` = 4.00 AND `id` = 5 AND `hash` <= X'06'",
    ]);
  });

  test('below a shared prefix, in whatever form each end writes it', () => {
    const changed = { after: ['2024-01-01 00:00:00', '7'], upTo: ['2024-01-01 00:00:00.000000', '9'] };
    expect(rangesOf([time, id], changed)).toEqual([
      "`changed` = '2024-01-01 00:00:00.000000' AND `id` > 7 AND `id` <= 9",
    ]);
    expect(rangesOf([price, id], { after: ['01.50', '7'], upTo: ['1.5', '9'] })).toHaveLength(1);
    expect(rangesOf([hash, id], { after: ['0xAB', '7'], upTo: ['0xab', '9'] })).toHaveLength(1);
    expect(rangesOf([id, price], { after: ['007', '1'], upTo: ['7', '10'] })).toHaveLength(1);
    expect(
      rangesOf([time, id], { after: ['2024-01-01 00:00:00', '7'], upTo: ['2024-01-01 00:00:00.1', '9'] }),
    ).toHaveLength(3);
  });

  test('an empty window has no range', () => {
    expect(
      rangesOf([time, id], { after: ['2024-01-01 00:00:00', '7'], upTo: ['2024-01-01 00:00:00', '7'] }),
    ).toEqual([]);
  });
});

describe('literals', () => {
  test('text is quoted', () => {
    expect(literal(name, String.raw`a'b\c`)).toBe(String.raw`'a\'b\\c'`);
  });

  test.each([
    [id, '1 OR 1=1'],
    [id, ''],
    [hash, 'ff'],
    [hash, "0x00' OR '1"],
  ])('a value that is not valid for %o is refused: %s', (of, value) => {
    expect(() => literal(of, value)).toThrow('is not a valid value for column');
  });
});
