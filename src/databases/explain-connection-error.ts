import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import { environmentPrefix } from '../config/environment.ts';
import { ConfigurationError, TidemarkError, WorkFailedError } from '../errors.ts';
import { explainTlsFailure } from './explain-tls-failure.ts';
import {
  isAccessDenied,
  isConnectionLost,
  isNameLookupFailed,
  isPrivilegeMissing,
  isServerUnreachable,
  isTlsFailure,
  isTlsRequiredByServer,
  isTooManyConnections,
  isTooManyOfUser,
  isUnknownSchema,
  unknownLoginPlugin,
} from './server-errors.ts';
import { SessionNotSetUpError } from './session-settings.ts';

/** Turns what the driver or the pool threw while connecting into an error that says what to do. */
export function explainConnectionError(error: unknown, config: DatabaseConfig): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const prefix = environmentPrefix(config.name);
  const where = `database "${config.name}" (${config.user}@${serverAddress(config)})`;
  const failed = (message: string, hint: string | readonly string[]) =>
    new WorkFailedError(`${where}: ${message}`, { hint, cause: error });
  const misconfigured = (message: string, hint: string | readonly string[]) =>
    new ConfigurationError([`${where}: ${message}`], { hint, cause: error });

  if (isAccessDenied(error)) {
    return misconfigured('the server refused the user or the password', [
      `check ${prefix}_DB_USER and ${prefix}_DB_PASSWORD, and that the user may log in from this host`,
      // Both servers answer with the same error, so that it tells an attacker nothing.
      ...accessHints(config, prefix),
    ]);
  }
  if (isTlsFailure(error)) {
    const { message, hint } = explainTlsFailure(error, config);
    return failed(message, hint);
  }
  if (isTlsRequiredByServer(error)) {
    return misconfigured(
      'the server accepts only encrypted connections',
      `set ${prefix}_DB_SSL=required, or verify with ${prefix}_DB_SSL_CA`,
    );
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
  const plugin = unknownLoginPlugin(error);
  if (plugin !== null) {
    return misconfigured(
      `the account logs in by ${plugin === '' ? 'a plugin' : `"${plugin}"`}, which tidemark does not speak`,
      'give it another one, or use another account: ALTER USER … IDENTIFIED WITH caching_sha2_password BY … on MySQL, IDENTIFIED VIA mysql_native_password USING PASSWORD(…) on MariaDB',
    );
  }
  if (isTooManyOfUser(error)) {
    return failed('the account has as many connections as it may have (max_user_connections)', [
      'let it have more, or end its other connections: SHOW PROCESSLIST lists them',
      'one is enough for extract-load --concurrency 1 (two with --max-threads-running or --max-replica-lag), and for all that only reads; a migration takes three',
    ]);
  }
  if (isTooManyConnections(error)) {
    return failed(
      'the server has no connection left (max_connections)',
      `see who has them with "tidemark pool status"; lower ${prefix}_DB_POOL_SIZE and ${prefix}_DB_MAX_OVERFLOW, or raise max_connections`,
    );
  }
  if (error instanceof SessionNotSetUpError) {
    return failed(error.message, [
      'connect to the server itself, or let what stands before it (a proxy, a pooler) pass SET on, a session a client',
      'tidemark relies on these settings: rows would be read wrongly without them, so nothing was read',
    ]);
  }
  if (isNameLookupFailed(error)) {
    return failed(
      `the host name "${config.host}" cannot be resolved (${errorCode(error)})`,
      `check ${prefix}_DB_HOST and the name server of this machine`,
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

function accessHints({ tls }: DatabaseConfig, prefix: string): readonly string[] {
  if (tls.mode === 'disabled') {
    return [
      `an account or a server that requires TLS refuses in the same words: try ${prefix}_DB_SSL=required`,
    ];
  }
  if (tls.certificateFile === null) {
    return [
      `an account that requires a client certificate refuses in the same words: ${prefix}_DB_SSL_CERT and ${prefix}_DB_SSL_KEY`,
    ];
  }
  return [];
}

function errorCode(error: unknown): string {
  return (error as { code?: string }).code ?? 'no answer';
}
