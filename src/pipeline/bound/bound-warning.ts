/** What a person should know of how far a run read. */
export type BoundWarning =
  /** Something older than the lag holds the bound back, and with it what this run could read. */
  | {
      readonly kind: 'bound-held-back';
      readonly by: 'transaction' | 'statement';
      readonly connectionId: number;
      readonly seconds: number;
    }
  /** The user may not see other sessions' transactions: a larger lag stands in for knowing. */
  | { readonly kind: 'transactions-not-visible'; readonly lagSeconds: number }
  /** Times later than the server's clock: a wrong time zone in the table file, or an application's clock. */
  | { readonly kind: 'future-cursor'; readonly column: string; readonly value: string }
  /** Ids may still be committed below the last one: the next run reads from the old watermark again. */
  | { readonly kind: 'ids-not-settled'; readonly column: string; readonly openTransactions: number };
