import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import { environmentPrefix } from '../config/environment.ts';
import { ConfigurationError, TidemarkError, WorkFailedError } from '../errors.ts';
import {
  isAccessDenied,
  isConnectionLost,
  isPrivilegeMissing,
  isServerUnreachable,
  isTooManyConnections,
  isUnknownSchema,
} from './server-errors.ts';

/** Turns what the driver or the pool threw while connecting into an error that says what to do. */
export function explainConnectionError(error: unknown, config: DatabaseConfig): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const prefix = environmentPrefix(config.name);
  const where = `database "${config.name}" (${config.user}@${serverAddress(config)})`;
  const failed = (message: string, hint: string) =>
    new WorkFailedError(`${where}: ${message}`, { hint, cause: error });

  if (isAccessDenied(error)) {
    return new ConfigurationError([`${where}: the server refused the user or the password`], {
      cause: error,
      hint: `check ${prefix}_DB_USER and ${prefix}_DB_PASSWORD, and that the user may log in from this host`,
    });
  }
  if (isUnknownSchema(error)) {
    return failed(
      `schema "${config.schema}" does not exist`,
      `check ${prefix}_DB_NAME, or create it: CREATE DATABASE \`${config.schema}\` CHARACTER SET utf8mb4`,
    );
  }
  if (isPrivilegeMissing(error)) {
    return failed(
      `the user may not use schema "${config.schema}"`,
      `check ${prefix}_DB_NAME and the user's grants; the README lists those that are needed`,
    );
  }
  if (isTooManyConnections(error)) {
    return failed(
      'the server has no connection left (max_connections)',
      'lower DB_POOL_SIZE, or raise max_connections',
    );
  }
  if (isServerUnreachable(error)) {
    return failed(
      `no server answers (${errorCode(error)})`,
      `check ${prefix}_DB_HOST and ${prefix}_DB_PORT, and that the server runs; "npm run db:up" starts a local one`,
    );
  }
  if (isConnectionLost(error))
    return failed('the server closed the connection', 'check its error log and try again');
  return failed(error instanceof Error ? error.message : String(error), 'run "npm run doctor"');
}

function errorCode(error: unknown): string {
  return (error as { code?: string }).code ?? 'no answer';
}
