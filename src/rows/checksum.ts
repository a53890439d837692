/**
 * The checksum of a set of rows, which a server and a sink compute each in its own SQL, and which is equal when the rows
 * are.
 *
 * A row is a text: one form a column, joined by commas, none of which is in a form. NULL is the empty form, and no other
 * value is. An integer, a decimal and a bit field are their decimal digits; a time is its microseconds since
 * 1970-01-01, naive or UTC; a text is `x` and its UTF-8 bytes in hex, bytes and well-known binary are `x` and theirs;
 * a FLOAT or DOUBLE is the shortest text that reads back as the same DOUBLE. The row's checksum is the SHA-256 of that
 * text, and the one of a set is the count of its rows and the XOR of the first 64 bits of each row's: no order matters,
 * and the keys make the rows distinct. Two sets that differ have one checksum with a chance of 2^-64; a second word would
 * make the server write every row's text twice.
 *
 * Where two systems write one value in two forms (a DOUBLE with an exponent), checksums differ though rows are equal;
 * the rows are then read and compared. No two values share a form, so that equal checksums mean equal rows.
 */
export interface Checksum {
  readonly rows: number;
  readonly hash: bigint;
}

export const NO_ROWS: Checksum = { rows: 0, hash: 0n };

/** The checksum of several sets together that share no row. */
export function unite(checksums: readonly Checksum[]): Checksum {
  return checksums.reduce(
    (sum, { rows, hash }) => ({ rows: sum.rows + rows, hash: sum.hash ^ hash }),
    NO_ROWS,
  );
}

export function sameChecksum(left: Checksum, right: Checksum): boolean {
  return left.rows === right.rows && left.hash === right.hash;
}
