import { hash } from './expressions.ts';

/** Most numbers that one sequence holds, and so the rows of one statement and transaction. */
export const CHUNK = 100_000;

const DIGITS = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit}${digit === 0 ? ' AS d' : ''}`).join(
  ' UNION ALL ',
);

/** Columns to compute from those before: each stage may use `id`, `h` and the columns of earlier stages. */
export type Stages = readonly Readonly<Record<string, string>>[];

/**
 * A derived table of the whole numbers from `first` to `last` (at most `CHUNK`), in order, as `id`, with their hash `h`
 * and further computed columns. A cross join of digits needs no privilege, no helper table and no server setting, unlike
 * MariaDB's `seq_…` engine or a recursive CTE.
 */
export function sequence(first: number, last: number, seed: number, stages: Stages = []): string {
  // As many digits as the range needs: few rows must not pay for a hundred thousand numbers.
  const digits = String(last - first).length;
  const powers = Array.from({ length: digits }, (_, exponent) => 10 ** exponent);
  const number = [first, ...powers.map((power, index) => `d${index}.d * ${power}`)].join(' + ');
  const from = powers.map((_, index) => `(${DIGITS}) AS d${index}`).join(' CROSS JOIN ');
  const numbers = `SELECT id, ${hash('id', seed)} AS h
    FROM (SELECT ${number} AS id FROM ${from}) AS numbers WHERE id <= ${last} ORDER BY id LIMIT ${CHUNK}`;
  // LIMIT keeps both optimizers from merging a table into the statement, where each use of a column would compute it again.
  return stages.reduce((inner, columns, index) => {
    const computed = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`);
    return `SELECT stage${index}.*, ${computed.join(', ')} FROM (${inner}) AS stage${index} LIMIT ${CHUNK}`;
  }, numbers);
}

/** The ranges of at most `CHUNK` numbers that make up `first` to `last`; none if `last` is before `first`. */
export function* chunks(first: number, last: number): Generator<readonly [first: number, last: number]> {
  for (let start = first; start <= last; start += CHUNK) yield [start, Math.min(last, start + CHUNK - 1)];
}
