import { describe, expect, test } from 'vitest';
import { literal, rangesAfter } from '../../../src/pipeline/keyset.ts';
import type { ColumnType } from '../../../src/pipeline/column-type.ts';
import type { SourceColumn } from '../../../src/pipeline/source-table.ts';

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

describe('literals', () => {
  test('text is quoted', () => {
    expect(literal(name, String.raw`a'b\c`)).toBe(String.raw`'a\'b\\c'`);
  });

  test.each([
    [id, '1 OR 1=1'],
    [id, ''],
    [hash, 'ff'],
    [hash, "0x00' OR '1"],
  ])('what is no value of %o is refused: %s', (of, value) => {
    expect(() => literal(of, value)).toThrow('is no value of column');
  });
});
