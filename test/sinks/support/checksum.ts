import { createHash } from 'node:crypto';
import type { Checksum } from '../../../src/rows/checksum.ts';
import type { ColumnType } from '../../../src/rows/column-type.ts';
import type { TargetColumn } from '../../../src/sinks/sink.ts';
import type { Row } from './batches.ts';
import { microseconds, type Value } from './values.ts';

/** The checksum of rows as src/rows/checksum.ts describes it, computed from the tests' own values. */
export function checksumOf(columns: readonly TargetColumn[], rows: readonly Row[]): Checksum {
  let hash = 0n;
  for (const row of rows) {
    const text = columns.map(({ name, type }) => form(row[name] ?? null, type)).join(',');
    hash ^= createHash('sha256').update(text).digest().readBigUInt64BE(0);
  }
  return { rows: rows.length, hash };
}

function form(value: Value, type: ColumnType): string {
  if (value === null) return '';
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'bits':
    case 'float':
    case 'double':
      return String(value);
    case 'date':
    case 'timestamp':
      return String(microseconds(String(value)));
    case 'text':
      return `x${Buffer.from(String(value)).toString('hex').toUpperCase()}`;
    case 'bytes':
    case 'geometry':
      return `x${String(value)}`;
  }
}
