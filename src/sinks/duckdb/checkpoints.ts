/** Tables that are published between two checkpoints. */
const TABLES = 50;

/**
 * Writes what was loaded to the file now and then. DuckDB keeps the rows of a small table in memory, in blocks of which
 * each column has one, until a checkpoint: those of 500 tables fill what a load may use (tested on 1.4), and its own
 * checkpoints go by the length of its log, which a few rows hardly make longer.
 */
export class Checkpoints {
  readonly #checkpoint: () => Promise<void>;
  #published = 0;

  constructor(checkpoint: () => Promise<void>) {
    this.#checkpoint = checkpoint;
  }

  /** A table was published. Another one's transaction keeps a checkpoint from being made: the next table tries again. */
  async published(): Promise<void> {
    this.#published += 1;
    if (this.#published < TABLES) return;
    const made = await this.#checkpoint().then(
      () => true,
      () => false,
    );
    if (made) this.#published = 0;
  }
}
