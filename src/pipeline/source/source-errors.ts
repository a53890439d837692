import {
  isConnectionLost,
  isLockWaitTimeout,
  isPrivilegeMissing,
  isServerUnreachable,
  isStatementInterrupted,
  isUnknownColumn,
  isUnknownTable,
} from '../../databases/server-errors.ts';
import { TidemarkError, WorkFailedError } from '../../errors.ts';
import type { SourceTable } from './source-table.ts';

/** Whether the same work may go well on another connection. */
export function isWorthRetrying(error: unknown): boolean {
  // The pool wraps what the driver said when it could not connect.
  const cause = error instanceof TidemarkError ? error.cause : error;
  return isConnectionLost(cause) || isServerUnreachable(cause);
}

/** Turns what the driver threw while a table was read into an error that says what to do; a defect stays as it is. */
export function explainSourceError(error: unknown, table: SourceTable, rowsCommitted: number): unknown {
  if (error instanceof TidemarkError) return error;
  const where = `${table.database}.${table.name}`;
  const failed = (message: string, hint: string) =>
    new WorkFailedError(`${where}: ${message}`, { hint, cause: error });
  const goesOn = `${rowsCommitted} rows are committed; the next run goes on from there`;
  if (isWorthRetrying(error)) return failed('the connection to the server was lost', goesOn);
  if (isStatementInterrupted(error)) {
    return failed('the server ended the query: it was killed, or ran into a time limit', goesOn);
  }
  if (isLockWaitTimeout(error)) {
    return failed(
      'another session locks the table, and did not let go of it in time',
      'see SHOW FULL PROCESSLIST for an ALTER or LOCK TABLES and for what it waits for; ' + goesOn,
    );
  }
  if (isPrivilegeMissing(error)) {
    return failed('the user may not read the table', `GRANT SELECT ON \`${table.schema}\`.* TO the user`);
  }
  if (isUnknownTable(error) || isUnknownColumn(error)) {
    return failed(`the table changed while it was read: ${(error as Error).message}`, 'run again');
  }
  const isServerError = error instanceof Error && typeof (error as { errno?: unknown }).errno === 'number';
  return isServerError ? failed(error.message, goesOn) : error;
}
