import type { WentBackReason } from './source-origin.ts';

/** What a person should know of how far a run read. */
export type BoundWarning =
  /** Something older than the lag holds the bound back, and with it what this run could read. */
  | {
      readonly kind: 'bound-held-back';
      readonly by: 'transaction' | 'statement';
      readonly connectionId: number;
      readonly seconds: number;
    }
  /**
   * Rows are read up to the bound, and the watermark stays behind them: this one may still commit rows with older stamps,
   * not older than `since` (null: not known).
   */
  | {
      readonly kind: 'watermark-held-back';
      readonly by: 'transaction' | 'statement';
      readonly connectionId: number;
      readonly seconds: number;
      readonly since: string | null;
    }
  /**
   * Transactions without a connection, which no disconnect and no restart ends, hold the watermark back. Their xids, or null
   * if the user may not see them (XA_RECOVER_ADMIN).
   */
  | {
      readonly kind: 'prepared-transactions';
      readonly transactions: readonly string[] | null;
      readonly seconds: number;
    }
  /** The server's clock, or its local time, is behind where it would be: rows from this value on are read again. */
  | {
      readonly kind: 'clock-went-back';
      readonly what: 'server-clock' | 'local-time';
      readonly column: string;
      readonly from: string;
      readonly seconds: number | null;
    }
  /** The rows come from another server or schema now, and were compared: they are the same. */
  | { readonly kind: 'source-moved'; readonly from: string; readonly rowsCompared: number }
  /** The source no longer has what the watermark stands for, so it is read from the beginning. */
  | {
      readonly kind: 'source-went-back';
      readonly because: WentBackReason;
      readonly column: string;
      readonly watermark: string;
    }
  /** The user may not see other sessions' transactions: a larger lag stands in for knowing. */
  | { readonly kind: 'transactions-not-visible'; readonly lagSeconds: number }
  /** Times later than the server's clock: a wrong time zone in the table file, or an application's clock. */
  | { readonly kind: 'future-cursor'; readonly column: string; readonly value: string }
  /** Ids may still be committed below the last one: the next run reads from the old watermark again. */
  | { readonly kind: 'ids-not-settled'; readonly column: string; readonly openTransactions: number };
