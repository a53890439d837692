/**
 * Server and driver errors by name. Numbers are from the MySQL "Server Error Message Reference", which MariaDB
 * shares for these; `code` is set by the driver for errors that never reached a server.
 */
interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly message: string;
}

function asDriverError(error: unknown): DriverError | null {
  return error instanceof Error ? error : null;
}

function hasNumber(...numbers: readonly number[]): (error: unknown) => boolean {
  return (error) => {
    const errno = asDriverError(error)?.errno;
    return errno !== undefined && numbers.includes(errno);
  };
}

/** 1045, 1698: user or password is wrong. */
export const isAccessDenied = hasNumber(1045, 1698);
/** 1044, 1142, 1143, 1227, 1370: the user lacks a privilege. */
export const isPrivilegeMissing = hasNumber(1044, 1142, 1143, 1227, 1370);
/** 1049: the schema does not exist. */
export const isUnknownSchema = hasNumber(1049);
/** 1146: the table does not exist. */
export const isUnknownTable = hasNumber(1146);
/** 1054, 1072: the column does not exist. */
export const isUnknownColumn = hasNumber(1054, 1072);
/** 1205: a lock was not had within `lock_wait_timeout` or `innodb_lock_wait_timeout`. */
export const isLockWaitTimeout = hasNumber(1205);
/** 1317, 3024, 1969, 1028: the statement was killed or ran out of its time. */
export const isStatementInterrupted = hasNumber(1317, 3024, 1969, 1028);
/** 1845, 1846: the server cannot do this ALTER with the ALGORITHM or LOCK that was asked for. */
export const isOnlineDdlUnsupported = hasNumber(1845, 1846);
/** 1290, 1792, 1836: the server or the transaction is read-only. */
export const isReadOnlyServer = hasNumber(1290, 1792, 1836);
/** 1799: more was written during an online build than `innodb_online_alter_log_max_size` holds. */
export const isOnlineLogFull = hasNumber(1799);
/** 1021, 1114: the disk, or the tablespace, is full. */
export const isDiskFull = hasNumber(1021, 1114);
/** 1040: the server's `max_connections` is reached. */
export const isTooManyConnections = hasNumber(1040);

/** 3159: `require_secure_transport` is on and the connection is not encrypted. */
export const isTlsRequiredByServer = hasNumber(3159);

/** The server cannot do TLS, which was asked for. The code is the driver's. */
export function isTlsUnsupported(error: unknown): boolean {
  return asDriverError(error)?.code === 'HANDSHAKE_NO_SSL_SUPPORT';
}

/** TLS could not be agreed on: the server has none, or its certificate was not accepted. */
export function isTlsFailure(error: unknown): boolean {
  return isTlsUnsupported(error) || asDriverError(error)?.code === 'HANDSHAKE_SSL_ERROR';
}

const LOST_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
]);
const isKilledOrShutDown = hasNumber(1053, 1927, 2006, 2013, 4031);

/** The connection died: the server was stopped, the connection was killed, or the network was cut. */
export function isConnectionLost(error: unknown): boolean {
  if (isKilledOrShutDown(error)) return true;
  const driver = asDriverError(error);
  if (driver === null) return false;
  return (
    LOST_CODES.has(driver.code ?? '') ||
    driver.message.includes('closed state') ||
    driver.message.startsWith('Connection lost')
  );
}

/** The host's name has no address, or the name server does not answer. */
export function isNameLookupFailed(error: unknown): boolean {
  return ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'].includes(asDriverError(error)?.code ?? '');
}

const UNREACHABLE_CODES = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT']);

/** No server answered at that address. */
export function isServerUnreachable(error: unknown): boolean {
  return isNameLookupFailed(error) || UNREACHABLE_CODES.has(asDriverError(error)?.code ?? '');
}
