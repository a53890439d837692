/**
 * SQL expressions that the generators share. All of them are integer arithmetic, CRC32 and SHA-256 over a row's number and
 * the seed, never RAND() or NOW(), so that MySQL and MariaDB give the same values. Fractions are made by multiplying (`* 0.01`),
 * since the servers round a division to different places.
 */

/** Quotes a constant of the generators. They hold no backslash, so no SQL mode reads them differently. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** 32 bits from a number and the seed. */
export const hash = (number: string, seed: number): string => `CRC32(CONCAT(${number}, ':${seed}'))`;

/** FNV-1a, reduced to an odd 31-bit multiplier. */
function multiplier(salt: string): number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(salt)) state = Math.imul(state ^ byte, 0x01000193);
  return (state >>> 1) | 1;
}

/**
 * An integer in [0, modulus) from the row's hash; another salt gives an independent one.
 *
 * CRC32 of the salted text would not do: CRC is linear, so two salts of one length differ by a constant in every row and
 * the columns would follow each other. Multiplying mixes it, and 32 × 31 bits still fit BIGINT UNSIGNED.
 *
 * @param source the column that holds the hash: `h` for the row's own, `vh` for its visit's
 */
export const draw = (salt: string, modulus: number | string, source: 'h' | 'vh' = 'h'): string =>
  `(((${source} * ${multiplier(salt)}) >> 24) % ${modulus})`;

/** One of the given values, repeated ones being likelier. */
export const pick = (salt: string, values: readonly string[], source: 'h' | 'vh' = 'h'): string =>
  `ELT(1 + ${draw(salt, values.length, source)}, ${values.map(text).join(', ')})`;

/** The expression in so many percent of the rows, NULL in the others. */
export const sometimes = (
  salt: string,
  percent: number,
  expression: string,
  source: 'h' | 'vh' = 'h',
): string => `IF(${draw(`${salt}?`, 100, source)} < ${percent}, ${expression}, NULL)`;

/** The first `digits` hexadecimal digits (at most 64) of a digest. SHA-256, as MySQL 9.6 took MD5 and SHA1 away. */
export const digest = (of: string, digits: number): string => `LEFT(SHA2(${of}, 256), ${digits})`;
