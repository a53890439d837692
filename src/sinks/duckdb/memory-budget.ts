import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import pLimit from 'p-limit';

const MEGABYTE = 1_000_000;

/** What DuckDB may use beside what is claimed. */
const BASE = 32 * MEGABYTE;
/**
 * What a load needs for each column: it keeps some blocks of 256 KiB of each in place while it compresses them (three
 * were seen), and fails if it cannot. Everything else it can put aside.
 */
const BLOCKS_OF_COLUMN = MEGABYTE;
/** How often a vector's texts may be in memory while they are compressed: in blocks that are half empty, and as a copy. */
const TIMES_A_VECTOR = 3;
/** The limit is not raised for less. */
const STEP = 4 * MEGABYTE;
/** Joins, sorts and comparisons: what does not fit is put aside on disk. */
export const ROOM_TO_JOIN = 1000 * MEGABYTE;
/** For opening and closing a file: a log that was left is read again, and the last checkpoint is written. */
const ROOM_TO_CHECKPOINT = 1000 * MEGABYTE;
export const MEMORY_LIMIT = inMegabytes(ROOM_TO_CHECKPOINT);
/** DuckDB's own default of what it may use of a machine. */
const SHARE_OF_MACHINE = 0.8;

/**
 * How much memory DuckDB may use. Left alone it fills what it may use with what it has written, so while tables are moved
 * it gets what the work at hand needs: a load stays as small with 20 million rows as with 2 million.
 */
export class MemoryBudget {
  readonly #run: (sql: string) => Promise<void>;
  readonly #claims = new Map<object, number>();
  /** Of two statements at once, the lower limit might come last. */
  readonly #inTurn = pLimit(1);
  /** Asked once: the kernel's files take longer than a batch may. */
  readonly #most = mostOfMachine();
  #limit = ROOM_TO_CHECKPOINT;

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
    if (this.#wanted() > this.#limit) await this.#inTurn(() => this.#raise());
  }

  release(owner: object): void {
    this.#claims.delete(owner);
  }

  /** Makes room for the checkpoint that closing the file writes. */
  async end(): Promise<void> {
    if (this.#limit < ROOM_TO_CHECKPOINT) await this.#set(ROOM_TO_CHECKPOINT);
  }

  #wanted(): number {
    const claimed = [...this.#claims.values()].reduce((sum, one) => sum + one, BASE);
    return Math.min(claimed, this.#most);
  }

  async #raise(): Promise<void> {
    const wanted = this.#wanted();
    if (wanted > this.#limit) await this.#set(wanted);
  }

  async #set(bytes: number): Promise<void> {
    await this.#run(`SET memory_limit = '${inMegabytes(bytes)}'`);
    this.#limit = bytes;
  }
}

/** Bytes that a load of so many columns claims, if the texts of its widest vector have so many. */
export function roomToLoad(columns: number, widestVector = 0): number {
  return columns * BLOCKS_OF_COLUMN + Math.floor((widestVector * TIMES_A_VECTOR) / STEP) * STEP;
}

/** A container may have less than its machine. */
function mostOfMachine(): number {
  const constrained = constrainedMemory() || Infinity;
  return Math.max(ROOM_TO_CHECKPOINT, Math.min(constrained, totalmem()) * SHARE_OF_MACHINE);
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEGABYTE)}MB`;
}
