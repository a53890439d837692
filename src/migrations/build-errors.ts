import {
  isConnectionLost,
  isDiskFull,
  isDuplicateEntry,
  isLockWaitTimeout,
  isOnlineLogFull,
  isOnlineDdlUnsupported,
  isPrivilegeMissing,
  isReadOnlyServer,
  isStatementInterrupted,
  isUnknownTable,
} from '../databases/server-errors.ts';
import { RefusedError, TidemarkError, WorkFailedError } from '../errors.ts';
import type { PlannedStatement } from './plan-statements.ts';

/** The indexes of a statement that its error is about: those that the server names, or else all of them. */
export function failedParts(error: unknown, statement: Pick<PlannedStatement, 'builds'>): readonly string[] {
  const names = statement.builds.map(({ definition }) => definition.name);
  const text = error instanceof Error ? error.message : '';
  // What stands before is the row's own value, which may be anything.
  const message = isDuplicateEntry(error) ? text.slice(text.lastIndexOf(' for key ')) : text;
  // MySQL names a key as 'table.index' in a duplicate entry, otherwise, and MariaDB always, as 'index'.
  const named = names.filter((name) => message.includes(`'${name}'`) || message.includes(`.${name}'`));
  return named.length > 0 ? named : names;
}

/**
 * Whether an error is about what one of the indexes is, so that the others of its statement can be built; otherwise it
 * is about the table, the server or the run, and another attempt would meet it again.
 */
export function isAboutOneIndex(error: unknown): boolean {
  if (error instanceof TidemarkError || !(error instanceof Error) || !('errno' in error)) return false;
  return ![
    isConnectionLost,
    isLockWaitTimeout,
    isStatementInterrupted,
    isOnlineLogFull,
    isDiskFull,
    isPrivilegeMissing,
    isUnknownTable,
    isReadOnlyServer,
  ].some((about) => about(error));
}

/** The error to end the run with, which says what could not be built and what to do. */
export function explainBuildError(error: unknown, statement: PlannedStatement): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const indexes = failedParts(error, statement).join(', ');
  const what = `cannot build ${indexes} of table ${statement.table}`;
  if (isOnlineDdlUnsupported(error)) {
    return new RefusedError(`${what} without blocking its writers: ${reason}`, {
      hint: 'say "online: false" in the migration file to allow a build that blocks them, and run it in a quiet hour',
      cause: error,
    });
  }
  if (isLockWaitTimeout(error)) {
    return new WorkFailedError(`${what}: others kept its metadata lock at every attempt`, {
      hint: 'end their transactions, try again in a quieter hour, or allow more time: --lock-attempts, --kill-blockers-after',
      cause: error,
    });
  }
  if (isConnectionLost(error)) {
    return new WorkFailedError(
      `the connection was lost while the server worked on ${indexes} of ${statement.table}`,
      {
        hint: 'run "migrate up" again: it waits for the server if it still builds, and records what is there',
        cause: error,
      },
    );
  }
  if (isOnlineLogFull(error)) {
    return new WorkFailedError(`${what}: more was written to it meanwhile than the server keeps: ${reason}`, {
      hint: 'raise innodb_online_alter_log_max_size, build in a quieter hour, or with strategy pt-osc',
      cause: error,
    });
  }
  if (isDiskFull(error)) {
    return new WorkFailedError(`${what}: the server's disk is full: ${reason}`, {
      hint: 'make room, in innodb_tmpdir too, where the build sorts; the server has removed what it had built',
      cause: error,
    });
  }
  if (isPrivilegeMissing(error)) {
    return new WorkFailedError(`${what}: ${reason}`, {
      hint: 'the migrating user needs ALTER, INDEX, CREATE and INSERT on the schema; see the README',
      cause: error,
    });
  }
  return new WorkFailedError(`${what}: ${reason}`, {
    hint: 'fix the cause and run "migrate up" again; "migrate status" shows the error',
    cause: error,
  });
}
