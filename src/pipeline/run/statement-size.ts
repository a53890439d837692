/** The first statement: enough to see how long rows take, and little enough to be over soon. */
const FIRST_ROWS = 16_384;
const FIRST_BYTES = 32 * 1024 ** 2;
/** A statement has at most so many times the rows of the one before. */
const GROWTH = 8;

/** How many rows a statement may have, so that it ends within its time however wide the rows and slow the sink are. */
export class StatementSize {
  readonly #most: number;
  readonly #seconds: number;
  #rows: number;

  /** At most so many rows; a statement should take no more than so many seconds. The first one goes by the rows' width. */
  constructor(most: number, seconds: number, bytesPerRow: number | null) {
    this.#most = most;
    this.#seconds = seconds;
    const fitting = Math.max(1, Math.floor(FIRST_BYTES / Math.max(1, bytesPerRow ?? 1)));
    this.#rows = Math.min(most, FIRST_ROWS, fitting);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Learns from a statement. One that had few rows says little of one that has many. */
  took(rows: number, seconds: number): void {
    if (rows === 0) return;
    const fitting = Math.floor((rows * this.#seconds) / Math.max(seconds, 0.001));
    const wanted = seconds > this.#seconds ? fitting : Math.max(this.#rows, fitting);
    this.#rows = Math.max(1, Math.min(this.#most, this.#rows * GROWTH, wanted));
  }
}
