/** Of several repetitions. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Throws a RangeError for no values. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1];
  const upper = sorted[Math.floor(middle)];
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined || lower === undefined || upper === undefined) {
    throw new RangeError('no values');
  }
  return { min, median: (lower + upper) / 2, max };
}
