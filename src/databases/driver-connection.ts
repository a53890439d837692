import type { Socket } from 'node:net';
import { type Connection, createConnection } from 'mysql2';
import type { DriverSettings } from './driver-settings.ts';
import { requireSessionSettings, SESSION_CHECK, SESSION_SETUP } from './session-settings.ts';

/** How long a server may take to close a connection that said goodbye. */
const QUIT_MILLIS = 1000;

/**
 * Opens a connection and sets up its session. Everything together (name lookup, TCP, TLS, login, set-up) takes at most
 * `timeoutMillis`; nothing is left open when it fails. Throws the driver's error, with code ETIMEDOUT for the time limit.
 */
export async function openConnection(
  settings: DriverSettings,
  options: { readonly timeoutMillis: number; readonly signal: AbortSignal },
): Promise<Connection> {
  const { timeoutMillis, signal } = options;
  signal.throwIfAborted();
  const connection = createConnection(settings);
  // Stays for the connection's life: an `error` event that nobody hears would end the process.
  connection.on('error', () => {});
  const timer = setTimeout(
    () => breakConnection(connection, 'ETIMEDOUT', 'connect timed out'),
    timeoutMillis,
  );
  const abort = () => breakConnection(connection, 'ECANCELED', 'connecting was cancelled');
  signal.addEventListener('abort', abort);
  try {
    await called((done) => connection.connect(done));
    await setUpSession(connection);
    return connection;
  } catch (error) {
    socketOf(connection).destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Sets a new connection's session up, and asks whether it is: a pooler before the server may take a SET for itself.
 * Throws the driver's error, or a SessionNotSetUpError.
 */
export async function setUpSession(connection: Connection): Promise<void> {
  await called((done) => connection.query(SESSION_SETUP, done));
  let answer: Record<string, unknown> | undefined;
  await called((done) =>
    connection.query(SESSION_CHECK, (error: Error | null, rows: unknown) => {
      answer = Array.isArray(rows) ? (rows as readonly Record<string, unknown>[])[0] : undefined;
      done(error);
    }),
  );
  requireSessionSettings(answer);
}

/** Whether the server answers on this connection in time. One that does not is broken off, so nothing waits for it. */
export async function answersPing(
  connection: Connection,
  timeoutMillis: number,
): Promise<'alive' | 'dead' | 'stalled'> {
  return bounded(connection, timeoutMillis, (done) => connection.ping(done));
}

/** Ends a transaction that its user left open, and with it the locks and the snapshot that it holds. */
export async function rollBack(connection: Connection, timeoutMillis: number): Promise<void> {
  await bounded(connection, timeoutMillis, (done) => connection.query('ROLLBACK', done));
}

/** Says goodbye to the server and closes the socket, also when the server does not react. */
export async function closeConnection(connection: Connection): Promise<void> {
  const socket = socketOf(connection);
  if (socket.destroyed) return;
  if (isBroken(connection)) {
    socket.destroy();
    return;
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), QUIT_MILLIS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    connection.end();
  });
}

/**
 * Closes the socket at once. A statement that is under way fails with `message` and `code`; the driver's own `destroy`
 * would leave its caller waiting for ever.
 */
export function breakConnection(
  connection: Connection,
  code = 'PROTOCOL_CONNECTION_LOST',
  message = 'the connection was closed by this process',
): void {
  socketOf(connection).destroy(Object.assign(new Error(message), { code, fatal: true }));
}

/** Whether the connection is known to be of no more use, without asking the server. */
export function isBroken(connection: Connection): boolean {
  return connection.state === 'error' || connection.state === 'disconnected';
}

type Callback = (error: Error | null) => void;

function called(start: (done: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

async function bounded(
  connection: Connection,
  timeoutMillis: number,
  start: (done: Callback) => void,
): Promise<'alive' | 'dead' | 'stalled'> {
  let stalled = false;
  const timer = setTimeout(() => {
    stalled = true;
    breakConnection(connection, 'ETIMEDOUT', 'the server did not answer');
  }, timeoutMillis);
  try {
    await called(start);
    return 'alive';
  } catch {
    return stalled ? 'stalled' : 'dead';
  } finally {
    clearTimeout(timer);
  }
}

/** The driver's types leave out the socket, which TLS replaces during the handshake. */
export function socketOf(connection: Connection): Socket {
  return (connection as Connection & { readonly stream: Socket }).stream;
}
