import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ColumnBatch, isNull } from '../../../../src/rows/column-batch.ts';
import type { ColumnType } from '../../../../src/rows/column-type.ts';
import { RowDecoder } from '../../../../src/pipeline/wire/row-decoder.ts';

/** One row of the text protocol: for each value its length and its bytes, 251 for NULL. */
function rowPacket(values: readonly (string | Buffer | null)[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return Buffer.from([251]);
    const bytes = Buffer.from(value);
    if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    const [tag, width] = bytes.length < 65_536 ? [252, 2] : [253, 3];
    return Buffer.concat([Buffer.from([tag]), length.subarray(0, width), bytes]);
  });
  return Buffer.concat(parts);
}

function decode(type: ColumnType, ...values: readonly (string | Buffer | null)[]): ColumnBatch {
  const batch = new ColumnBatch([type]);
  const decoder = new RowDecoder([type]);
  decoder.use(batch);
  for (const value of values) decoder.decode(rowPacket([value]), 0);
  return batch;
}

function view(batch: ColumnBatch): DataView {
  return new DataView(batch.columns[0]!.data.buffer);
}

describe('the row decoder', () => {
  test('every 64-bit integer, signed and not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const batch = decode({ kind: 'integer', bytes: 8, signed: true }, String(value));
        expect(view(batch).getBigInt64(0, true)).toBe(value);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const batch = decode({ kind: 'integer', bytes: 8, signed: false }, String(value).padStart(20, '0'));
        expect(view(batch).getBigUint64(0, true)).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  test('decimals of every width, scaled', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 38 }),
        fc.integer({ min: 0, max: 37 }),
        fc.bigInt(),
        (precision, digits, raw) => {
          const scale = Math.min(digits, precision);
          const value = raw % 10n ** BigInt(precision);
          const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
          const point = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
          const batch = decode({ kind: 'decimal', precision, scale }, value < 0n ? `-${point}` : point);
          const { data, width } = batch.columns[0]!;
          let stored = 0n;
          for (let byte = width - 1; byte >= 0; byte -= 1) stored = (stored << 8n) | BigInt(data[byte]!);
          expect(BigInt.asIntN(width * 8, stored)).toBe(value);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every time from year 1 to 9999, to the microsecond', () => {
    const earliest = Date.parse('0001-01-01T00:00:00Z');
    const latest = Date.parse('9999-12-31T23:59:59Z');
    fc.assert(
      fc.property(
        fc.integer({ min: earliest, max: latest }),
        fc.integer({ min: 0, max: 999 }),
        (millis, micros) => {
          const iso = new Date(millis).toISOString();
          const text = `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String(micros).padStart(3, '0')}`;
          const batch = decode({ kind: 'timestamp', instant: false }, text);
          expect(view(batch).getBigInt64(0, true)).toBe(BigInt(millis) * 1000n + BigInt(micros));
          const date = decode({ kind: 'date' }, iso.slice(0, 10));
          expect(view(date).getInt32(0, true)).toBe(Math.floor(millis / 86_400_000));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    '0000-00-00',
    '2024-00-10',
    '2024-10-00',
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-13-01',
  ])('a date that is none is NULL and counted: %s', (text) => {
    const decoder = new RowDecoder([{ kind: 'date' }]);
    const batch = new ColumnBatch([{ kind: 'date' }]);
    decoder.use(batch);
    decoder.decode(rowPacket([text]), 0);
    expect(isNull(batch.columns[0]!, 0)).toBe(true);
    expect([...decoder.invalidDates]).toEqual([1]);
  });

  test('texts of every length, with NULLs between them', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constant('x'.repeat(300)),
      fc.constant('汉'.repeat(30_000)),
    );
    fc.assert(
      fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 30 }), (values) => {
        const batch = decode({ kind: 'text' }, ...values);
        const { ends, heap } = batch.columns[0]!;
        const read = values.map((_, row) =>
          isNull(batch.columns[0]!, row)
            ? null
            : heap.toString('utf8', row === 0 ? 0 : ends[row - 1], ends[row]),
        );
        expect(read).toEqual(values);
      }),
    );
  });

  test('bits, and a geometry without its SRID', () => {
    expect(view(decode({ kind: 'bits' }, Buffer.from('ff00000000000001', 'hex'))).getBigUint64(0, true)).toBe(
      0xff00000000000001n,
    );
    const wkb = Buffer.from('0101000000000000000000f03f0000000000000040', 'hex');
    const { heap, heapLength } = decode(
      { kind: 'geometry' },
      Buffer.concat([Buffer.from('e6100000', 'hex'), wkb]),
    ).columns[0]!;
    expect(heap.subarray(0, heapLength)).toEqual(wkb);
  });

  test('a batch that is cleared has no NULLs left', () => {
    const batch = decode({ kind: 'text' }, null, 'a');
    batch.release();
    expect(isNull(batch.columns[0]!, 0)).toBe(false);
    expect(batch.rows).toBe(0);
  });
});
