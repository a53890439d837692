const MEGABYTE = 1_000_000;

/** What DuckDB may use beside what is claimed. */
const BASE = 48 * MEGABYTE;
/**
 * What a load needs for each column: it keeps some blocks of 256 KiB of each in place while it compresses them (three
 * were seen), and fails if it cannot. Everything else it can put aside.
 */
const BLOCKS_OF_COLUMN = MEGABYTE;
/** Joins, sorts and comparisons: what does not fit is put aside on disk. */
export const ROOM_TO_JOIN = 1000 * MEGABYTE;
/** For opening and closing a file: a log that was left is read again, and the last checkpoint is written. */
export const MEMORY_LIMIT = '1GB';

/**
 * How much memory DuckDB may use. Left alone it fills what it may use with what it has written, so while tables are moved
 * it gets what the work at hand needs: a load stays as small with 20 million rows as with 2 million.
 */
export class MemoryBudget {
  readonly #run: (sql: string) => Promise<void>;
  readonly #claims = new Map<object, number>();
  #limit = 0;

  private constructor(run: (sql: string) => Promise<void>) {
    this.#run = run;
  }

  /** Sets the limit of a file that was opened with MEMORY_LIMIT. `run` runs a statement on it. */
  static async begin(run: (sql: string) => Promise<void>): Promise<MemoryBudget> {
    const budget = new MemoryBudget(run);
    // DuckDB refuses a limit below what it cannot give back, such as what a killed run left in its log.
    await budget.#set(BASE).catch(() => undefined);
    return budget;
  }

  /**
   * Makes sure that there is room for what an owner does, in bytes, until it releases it or claims something else. The
   * limit only grows.
   */
  async claim(owner: object, bytes: number): Promise<void> {
    this.#claims.set(owner, bytes);
    const wanted = [...this.#claims.values()].reduce((sum, claimed) => sum + claimed, BASE);
    if (wanted > this.#limit) await this.#set(wanted);
  }

  release(owner: object): void {
    this.#claims.delete(owner);
  }

  /** Takes the limit back, for the checkpoint that closing the file writes. */
  async end(): Promise<void> {
    await this.#run(`SET memory_limit = '${MEMORY_LIMIT}'`);
  }

  async #set(bytes: number): Promise<void> {
    await this.#run(`SET memory_limit = '${Math.ceil(bytes / MEGABYTE)}MB'`);
    this.#limit = bytes;
  }
}

/** Bytes that a load of so many columns claims. */
export function roomToLoad(columns: number): number {
  return columns * BLOCKS_OF_COLUMN;
}
