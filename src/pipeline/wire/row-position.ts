import type { Position } from '../../rows/position.ts';
import type { ReadColumn } from './read-column.ts';

/**
 * The values of some columns of one row, as the server wrote them, from the row's payload (see row-decoder.ts for
 * its form). A position stays the server's own text, so that no clock's digit is lost on the way.
 */
export function positionOf(
  row: Buffer,
  columns: readonly ReadColumn[],
  wanted: readonly ReadColumn[],
): Position {
  const values: (Buffer | null)[] = [];
  let at = 0;
  for (let column = 0; column < columns.length; column++) {
    const first = row[at++]!;
    if (first === 251) {
      values.push(null);
      continue;
    }
    const prefix = first < 251 ? 0 : first === 252 ? 2 : first === 253 ? 3 : 8;
    const length = prefix === 0 ? first : row.readUIntLE(at, Math.min(prefix, 6));
    at += prefix;
    values.push(row.subarray(at, at + length));
    at += length;
  }
  return wanted.map((column) => {
    const value = values[columns.indexOf(column)];
    if (value === null || value === undefined)
      throw new Error(`column "${column.name}" of a position is NULL`);
    return textOf(column, value);
  });
}

function textOf(column: ReadColumn, value: Buffer): string {
  if (column.type.kind === 'bytes') return `0x${value.toString('hex')}`;
  if (column.type.kind === 'bits') return String(BigInt(`0x0${value.toString('hex')}`));
  return value.toString('utf8');
}
