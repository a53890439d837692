import { createHmac } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import { type BatchColumn, type ColumnBatch, isNull, replaceTexts } from '../../rows/column-batch.ts';

/** `hash`: salted SHA-256 in hex; `null`: nothing; `last-four`: all but the last four characters as `*`. */
export type Mask = 'hash' | 'null' | 'last-four';

/** A table whose columns may be masked. */
export interface MaskedTable {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly { readonly mask: Mask | null }[];
}

const VISIBLE_CHARACTERS = 4;

/** Masks columns of batches in place, before anything leaves the process. */
export class Masks {
  readonly #masked: readonly { readonly column: number; readonly mask: Mask }[];
  readonly #salt: string;

  /** Throws a ConfigurationError if a column is to be hashed and there is no salt. */
  constructor(table: MaskedTable, salt: string | null) {
    this.#masked = table.columns.flatMap(({ mask }, column) => (mask === null ? [] : [{ column, mask }]));
    if (salt === null && this.#masked.some(({ mask }) => mask === 'hash')) {
      throw new ConfigurationError([`${table.database}.${table.name}: mask "hash" needs a salt`], {
        hint: 'set MASK_SALT to a long random text, and keep it: another salt gives other hashes',
      });
    }
    this.#salt = salt ?? '';
  }

  apply(batch: ColumnBatch): void {
    for (const { column, mask } of this.#masked) this.#mask(batch.columns[column]!, batch.rows, mask);
  }

  #mask(column: BatchColumn, rows: number, mask: Mask): void {
    replaceTexts(column, rows, (text, row) => {
      if (mask === 'null' || isNull(column, row)) return null;
      if (mask === 'hash') return createHmac('sha256', this.#salt).update(text).digest('hex');
      const characters = Array.from(text.toString('utf8'));
      const hidden = Math.max(0, characters.length - VISIBLE_CHARACTERS);
      // A short value would be shown whole.
      return hidden === 0
        ? '*'.repeat(characters.length)
        : '*'.repeat(hidden) + characters.slice(hidden).join('');
    });
  }
}
