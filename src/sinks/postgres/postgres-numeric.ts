/**
 * NUMERIC in PostgreSQL's binary form: the number of digits to the base 10,000, the weight of the first, the sign, the
 * decimal digits after the point (all 16 bits), then the digits (src/backend/utils/adt/numeric.c, `numeric_recv`).
 */
const BASE = 10_000;
const DECIMAL_DIGITS = 4;
const HEADER_BYTES = 8;
const NEGATIVE = 0x4000;
/** So many digits of base 10,000 hold the 65 decimal digits of the widest decimal, at any place of the point. */
const MOST_DIGITS = 18;

/** The most bytes that one value takes. */
export const NUMERIC_BYTES = HEADER_BYTES + 2 * MOST_DIGITS;

const POWERS = [1, 10, 100, 1000];
const digits = new Uint16Array(MOST_DIGITS);

/** Writes a value that is an integer times 10^-scale, and returns where it ends. The integer is exact below 2^53. */
export function writeSmallNumeric(target: Buffer, at: number, unscaled: number, scale: number): number {
  const padding = paddingOf(scale);
  const magnitude = Math.abs(unscaled) * POWERS[padding]!;
  if (magnitude > Number.MAX_SAFE_INTEGER) return writeNumeric(target, at, BigInt(unscaled), scale);
  let rest = magnitude;
  let count = 0;
  while (rest > 0) {
    const next = Math.floor(rest / BASE);
    digits[count++] = rest - next * BASE;
    rest = next;
  }
  return writeDigits(target, at, { count, negative: unscaled < 0, scale });
}

/** The same for any integer. */
export function writeNumeric(target: Buffer, at: number, unscaled: bigint, scale: number): number {
  const negative = unscaled < 0n;
  let rest = (negative ? -unscaled : unscaled) * BigInt(POWERS[paddingOf(scale)]!);
  let count = 0;
  while (rest > 0n) {
    digits[count++] = Number(rest % BigInt(BASE));
    rest /= BigInt(BASE);
  }
  return writeDigits(target, at, { count, negative, scale });
}

/** The same for a decimal's text, such as `-12.50`; its fraction has no more digits than the scale. */
export function writeTextNumeric(target: Buffer, at: number, text: string, scale: number): number {
  const [whole = '', fraction = ''] = text.split('.');
  return writeNumeric(target, at, BigInt(whole + fraction.padEnd(scale, '0')), scale);
}

/** Zeros that make the digits after the point a multiple of four: the point lies between two digits of the base. */
function paddingOf(scale: number): number {
  return (DECIMAL_DIGITS - (scale % DECIMAL_DIGITS)) % DECIMAL_DIGITS;
}

/** Writes the digits, of which the last one comes first. */
function writeDigits(
  target: Buffer,
  start: number,
  value: { readonly count: number; readonly negative: boolean; readonly scale: number },
): number {
  const { count, negative, scale } = value;
  const fraction = Math.ceil(scale / DECIMAL_DIGITS);
  let at = writeInt16(target, start, count);
  at = writeInt16(target, at, count === 0 ? 0 : count - fraction - 1);
  at = writeInt16(target, at, negative ? NEGATIVE : 0);
  at = writeInt16(target, at, scale);
  for (let digit = count - 1; digit >= 0; digit--) at = writeInt16(target, at, digits[digit]!);
  return at;
}

function writeInt16(target: Buffer, at: number, value: number): number {
  target[at] = value >> 8;
  target[at + 1] = value;
  return at + 2;
}
