import { createHash } from 'node:crypto';

/** An identifier has 64 characters; the tools put `_` in front and `_new`, `_gho` and the like behind. */
const LONGEST_STEM = 64 - '_'.length - '_gho'.length;

/**
 * What the names of a table's copies are made of. No other tool gives such names, so what a killed run leaves can be told
 * from somebody's table. A long name is cut, with a hash in its place.
 */
export function copyStem(table: string): string {
  const stem = `${table}_tidemark`;
  if (stem.length <= LONGEST_STEM) return stem;
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 8);
  return `${table.slice(0, 40)}_${hash}_tidemark`;
}
