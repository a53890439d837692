import type { WindowDifferences } from '../../sinks/sink.ts';

/** What a comparison did and found. */
export interface ComparisonFigures extends WindowDifferences {
  readonly windows: number;
  readonly windowsDifferent: number;
  /** Windows whose checksum was not the sink's and that were cut into smaller ones. */
  readonly windowsBisected: number;
  /** Rows of the source that were compared, by checksum or one by one. */
  readonly rowsCompared: number;
  /** Rows that the server hashed, each time that it did. */
  readonly rowsHashed: number;
  /** Rows that were read into this process. */
  readonly rowsTransferred: number;
}

/** Adds up what a comparison does and finds. */
export class ComparisonTotals {
  #figures: ComparisonFigures = {
    windows: 0,
    windowsDifferent: 0,
    windowsBisected: 0,
    rowsCompared: 0,
    rowsHashed: 0,
    rowsTransferred: 0,
    missing: 0,
    extra: 0,
    different: 0,
  };

  get figures(): ComparisonFigures {
    return this.#figures;
  }

  /** A window was compared; null where its checksums are equal. */
  closed(found: WindowDifferences | null): void {
    const { missing = 0, extra = 0, different = 0 } = found ?? {};
    this.#add({
      windows: 1,
      windowsDifferent: missing + extra + different > 0 ? 1 : 0,
      missing,
      extra,
      different,
    });
  }

  bisected(): void {
    this.#add({ windowsBisected: 1 });
  }

  compared(rowsCompared: number): void {
    this.#add({ rowsCompared });
  }

  hashed(rowsHashed: number): void {
    this.#add({ rowsHashed });
  }

  transferred(rowsTransferred: number): void {
    this.#add({ rowsTransferred });
  }

  #add(added: Partial<ComparisonFigures>): void {
    const sum = { ...this.#figures };
    for (const [name, count] of Object.entries(added) as [keyof ComparisonFigures, number][])
      sum[name] += count;
    this.#figures = sum;
  }
}
