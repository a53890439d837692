import { ClickHouseError } from '@clickhouse/client';
import { ConfigurationError, RefusedError, TidemarkError, WorkFailedError } from '../../errors.ts';

const SAFE = 'what was committed is safe, and the next run goes on from there';

/** The last one is said of a table that another is to be made like. */
const MISSING = new Set(['UNKNOWN_TABLE', 'UNKNOWN_DATABASE', 'CANNOT_GET_CREATE_TABLE_QUERY']);

/** The server's name of an error, also of one that was explained; '' for what no server said. */
function errorType(error: unknown): string {
  const original = error instanceof TidemarkError ? error.cause : error;
  return original instanceof ClickHouseError ? (original.type ?? '') : '';
}

export function isMissingTable(error: unknown): boolean {
  return MISSING.has(errorType(error));
}

export function isExistingTable(error: unknown): boolean {
  return errorType(error) === 'TABLE_ALREADY_EXISTS';
}

/** Whether nobody answered, so that it is not known what became of the request. */
export function isConnectionError(error: unknown): boolean {
  const original = error instanceof TidemarkError ? error.cause : error;
  return !(original instanceof ClickHouseError);
}

/** Turns what the driver threw into an error that says what to do. */
export function explainClickhouseError(error: unknown, location: string): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const message = messageOf(error);
  const because = { cause: error };
  switch (errorType(error)) {
    case 'AUTHENTICATION_FAILED':
    case 'REQUIRED_PASSWORD':
    case 'WRONG_PASSWORD':
    case 'UNKNOWN_USER':
      return new ConfigurationError([`${location}: the login was refused: ${message}`], {
        ...because,
        hint: 'set CLICKHOUSE_PASSWORD, or CLICKHOUSE_PASSWORD_FILE; check the user',
      });
    case 'UNKNOWN_DATABASE':
      return new ConfigurationError([`${location}: ${message}`], {
        ...because,
        hint: 'create the database first: CREATE DATABASE …',
      });
    case 'ACCESS_DENIED':
      return new RefusedError(`${location}: ${message}`, {
        ...because,
        hint: 'docs/sinks.md lists the privileges: GRANT them to the user',
      });
    case 'NOT_ENOUGH_SPACE':
      return new WorkFailedError(`${location}: the server's disk is full`, {
        ...because,
        hint: `make room and run again: ${SAFE}`,
      });
    case 'MEMORY_LIMIT_EXCEEDED':
    case 'TIMEOUT_EXCEEDED':
    case 'TOO_MANY_PARTS':
      return new WorkFailedError(`${location}: the server ended a statement: ${message}`, {
        ...because,
        hint: `raise the limit that the message names, and run again: ${SAFE}`,
      });
    case '':
      return new WorkFailedError(`${location}: the connection was lost or could not be made: ${message}`, {
        ...because,
        hint: `check that the server runs and that the port is that of its HTTP interface; ${SAFE}`,
      });
    default:
      return new WorkFailedError(`${location}: ${message}`, {
        ...because,
        hint: `mend the cause and run again: ${SAFE}`,
      });
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message.trim() : String(error);
}
