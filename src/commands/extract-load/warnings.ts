import { formatCount, formatSeconds } from '../../format.ts';
import type { RunWarning } from '../../pipeline/run/report.ts';

/** A warning in a sentence. */
export function describeWarning(warning: RunWarning): string {
  switch (warning.kind) {
    case 'zero-date':
      return `${formatCount(warning.count)} zero, partial or impossible dates in ${warning.column} were stored as NULL`;
    case 'lossy-text':
      return `${formatCount(warning.count)} texts in ${warning.column} have characters that utf8mb4 does not have, and were stored with ? in their place`;
    case 'null-cursor':
      return `${formatCount(warning.count)} rows have no ${warning.column}`;
    case 'bound-held-back':
      return (
        `a ${warning.by} that is open for ${formatSeconds(warning.seconds)} (connection ${warning.connectionId}) ` +
        'holds the bound back; what changed since is read by a later run'
      );
    case 'watermark-held-back':
      return (
        `a ${warning.by} that is open for ${formatSeconds(warning.seconds)} (connection ${warning.connectionId}) ` +
        `may still commit rows ${warning.since === null ? 'of any age' : `from ${warning.since} UTC on`}: the watermark stays before them, ` +
        'and they are read when it has ended'
      );
    case 'prepared-transactions':
      return `${describePrepared(warning.transactions)}: the watermark stays before what they may still commit`;
    case 'clock-went-back':
      return warning.what === 'local-time'
        ? `the server's local time went back (summer time, or another zone), so ${warning.column} is read again from ${warning.from}`
        : `the server's clock went back by ${formatSeconds(warning.seconds ?? 0)}, so ${warning.column} is read again from ${warning.from}`;
    case 'source-moved':
      return `the rows came from ${warning.from} until now; ${formatCount(warning.rowsCompared)} of the last ones were looked up here and are the same, so the run went on`;
    case 'source-went-back':
      return `${WENT_BACK[warning.because]} (${warning.column} ${warning.watermark}), so the table was read from the beginning; rows that it no longer has are found by --detect-deletes`;
    case 'transactions-not-visible':
      return (
        `the user may not see open transactions (PROCESS), so a lag of ${formatSeconds(warning.lagSeconds)} ` +
        'stands in for knowing'
      );
    case 'future-cursor':
      return `${warning.column} has times later than the server's clock, such as ${warning.value}`;
    case 'no-transactions':
      return `${warning.engine} has no transactions and no snapshot: rows that a statement was writing while it was read may be seen in part`;
    case 'one-snapshot':
      return `${ONE_SNAPSHOT[warning.because]}, so it is read in one snapshot: until it ends the server keeps old versions of rows, and an ALTER of the table waits`;
    case 'ids-not-settled':
      return (
        `${warning.openTransactions} open transactions may still commit lower values of ${warning.column}; ` +
        'the next run reads from the old watermark again'
      );
  }
}

const WENT_BACK = {
  'watermark-ahead': 'the table no longer has what was read up to the watermark',
  restored: 'rows that were read have earlier values of the cursor now, as after the restore of a backup',
  'another-cursor': 'the cursor has another unit, time zone or precision than the watermark',
} as const;

const ONE_SNAPSHOT = {
  'change-log': 'a change log has every version once',
  'no-key': 'the table has no key',
  'key-without-order': 'no index gives the rows in the order of the key',
  full: 'strategy "full" reads the table as it was at one moment',
  compare: 'strategy "compare" reads the table as it was at one moment',
} as const;

function describePrepared(transactions: readonly string[] | null): string {
  if (transactions === null || transactions.length === 0) {
    return 'transactions without a connection are open (prepared with XA PREPARE, most likely; XA RECOVER lists them, on MySQL with the privilege XA_RECOVER_ADMIN; end each with XA COMMIT or XA ROLLBACK)';
  }
  const [first] = transactions;
  return `prepared transactions wait to be ended: ${transactions.join('; ')} (XA COMMIT ${first}, or XA ROLLBACK ${first})`;
}
