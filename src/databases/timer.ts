/** The longest time that `setTimeout` keeps; anything longer fires at once. */
const LONGEST_MILLIS = 2 ** 31 - 1;

/** Seconds of a setting as milliseconds for a timer. */
export function timerMillis(seconds: number): number {
  return Math.min(seconds * 1000, LONGEST_MILLIS);
}
