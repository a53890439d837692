import type { Query } from 'mysql2';
import type { Session } from '../databases/session.ts';

/** One packet of the driver. It reuses the object for the next packet, but not the buffer. */
interface RowPacket {
  readonly buffer: Buffer;
  /** Where the payload starts. */
  readonly offset: number;
  isEOF(): boolean;
}

/** The part of mysql2's query command that is used: each state takes a packet and returns the next state. */
interface QueryStates {
  row: RowState;
}

type RowState = (packet: RowPacket, connection: unknown) => unknown;

/** Hands each row's bytes to `take` as they arrive, and resolves when the result set has ended. */
export interface RowPackets {
  readonly ended: Promise<void>;
  /** Stops reading from the socket, so that TCP makes the server wait. Rows that are already here wait too. */
  pause(): void;
  resume(): void;
}

/**
 * Runs a SELECT and takes its row packets from mysql2 before it makes values of them, by replacing the `row` state of
 * its query command. `ended` rejects with the driver's error, or with what `take` threw, in which case the connection
 * is gone. Should a version of the driver keep its rows to itself, they reach the callback, and that is an error too.
 */
export function readRowPackets(
  session: Session,
  sql: string,
  take: (buffer: Buffer, offset: number) => void,
): RowPackets {
  const { connection } = session;
  const ended = new Promise<void>((resolve, reject) => {
    const command = connection.query({ sql, rowsAsArray: true }, (error, rows) => {
      if (error) reject(error);
      else if (Array.isArray(rows) && rows.length > 0)
        reject(new Error('this version of mysql2 is not supported'));
      else resolve();
    }) as Query & QueryStates;
    const driverRow = command.row;
    const takeRow: RowState = (packet, driver) => {
      if (packet.isEOF()) return driverRow.call(command, packet, driver);
      try {
        take(packet.buffer, packet.offset);
      } catch (error) {
        // Thrown from here, it would surface in the socket's event handler and end the process.
        reject(error);
        session.destroy();
      }
      return takeRow;
    };
    command.row = takeRow;
  });
  return { ended, pause: () => connection.pause(), resume: () => connection.resume() };
}
