import { connect, type Socket } from 'node:net';
import type { Connection } from 'mysql2';
import type { DatabaseConfig } from '../config/database-config.ts';
import { socketOf } from './driver-connection.ts';

/** What Node reads at once from an ordinary socket, too. */
const BUFFER_BYTES = 64 * 1024;

/** Sockets whose reader is done with what it is given when it returns. */
const lending = new WeakSet<object>();

/**
 * A socket for the driver (its option `stream`) that reads into one buffer again and again. An ordinary one takes new
 * memory for every read, which costs more than the reading once there is a lot to read: page faults and collections.
 * Whoever reads gets copies, unless `lendReads` says that it needs none.
 */
export function readingSocket({ host, port, socketPath }: DatabaseConfig): Socket {
  const socket = connect({
    ...(socketPath === null ? { host, port, noDelay: true, keepAlive: true } : { path: socketPath }),
    onread: {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback(length, buffer) {
        const read = Buffer.from(buffer.buffer, buffer.byteOffset, length);
        socket.emit('data', lending.has(socket) ? read : Buffer.from(read));
        return true;
      },
    },
  });
  return socket;
}

/** Whether the connection's reader needs no copies, since it keeps nothing of what it reads. TLS makes copies anyway. */
export function lendReads(connection: Connection, lends: boolean): void {
  const socket = socketOf(connection);
  if (lends) lending.add(socket);
  else lending.delete(socket);
}
