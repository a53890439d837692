import { DatabaseError } from 'pg';
import { ConfigurationError, RefusedError, TidemarkError, WorkFailedError } from '../../errors.ts';

/** SQLSTATE of an error, also of one that was explained (PostgreSQL manual, "PostgreSQL Error Codes"). */
function sqlState(error: unknown): string | null {
  const original = error instanceof TidemarkError ? error.cause : error;
  return original instanceof DatabaseError ? (original.code ?? null) : null;
}

export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/** Broken off for the sake of another transaction, to be tried again: deadlocks among them. */
export function isSerializationFailure(error: unknown): boolean {
  return sqlState(error)?.startsWith('40') === true;
}

/** Something else needs the object as it is: a view that selects a column, for one. */
export function isDependentObject(error: unknown): boolean {
  const state = sqlState(error);
  return state === '2BP01' || state === '0A000';
}

const SAFE = 'what was committed is safe, and the next run goes on from there';

/** A lock that was waited for in vain, and the sessions that hold one on the table. */
export function lockedBy(
  error: unknown,
  location: string,
  table: string,
  holders: readonly string[],
): WorkFailedError {
  const by = holders.length === 0 ? 'somebody else, who is gone by now' : holders.join('; ');
  return new WorkFailedError(`${location}: ${table} is locked by ${by}`, {
    cause: error,
    hint: `wait for them, or end them with pg_terminate_backend(); then run again: ${SAFE}`,
  });
}

/** Turns what the driver threw into an error that says what to do. */
export function explainPostgresError(error: unknown, location: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const state = sqlState(error) ?? '';
  const because = { cause: error };
  // Class 28, and a password that is asked for and not there, which the driver notices by itself.
  if (state.startsWith('28') || /client password must be/.test(message)) {
    return new ConfigurationError([`${location}: the login was refused: ${message}`], {
      ...because,
      hint: 'set PGPASSWORD, or write the password to ~/.pgpass; check the user and pg_hba.conf',
    });
  }
  if (state === '3D000') {
    return new ConfigurationError([`${location}: ${message}`], {
      ...because,
      hint: 'create the database first',
    });
  }
  if (state === '42501') {
    return new RefusedError(`${location}: ${message}`, {
      ...because,
      hint: 'GRANT CREATE ON DATABASE … TO the user lets it make its schemas; tables must belong to it',
    });
  }
  if (state === '53100') {
    return new WorkFailedError(`${location}: the server's disk is full`, {
      ...because,
      hint: `make room and run again: ${SAFE}`,
    });
  }
  if (state === '55P03') {
    return new WorkFailedError(`${location}: a table is locked by somebody else: ${message}`, {
      ...because,
      hint: `pg_blocking_pids() names who; run again when they are done: ${SAFE}`,
    });
  }
  if (state === '57014') {
    return new WorkFailedError(`${location}: the server ended a statement: ${message}`, {
      ...because,
      hint: `raise the limit that the message names, and run again: ${SAFE}`,
    });
  }
  if (/self[- ]signed|certificate|SSL|TLS/i.test(message) && state === '') {
    return new ConfigurationError([`${location}: no TLS connection: ${message}`], {
      ...because,
      hint: 'see sslmode and sslrootcert in the URL',
    });
  }
  if (state === '' || state.startsWith('08') || state.startsWith('57P')) {
    return new WorkFailedError(`${location}: the connection was lost or could not be made: ${message}`, {
      ...because,
      hint: `check that the server runs and can be reached; ${SAFE}`,
    });
  }
  return new WorkFailedError(`${location}: ${message}`, {
    ...because,
    hint: `fix the cause and run again: ${SAFE}`,
  });
}
