import type { Connection, Query } from 'mysql2';
import { socketOf } from '../../databases/driver-connection.ts';
import { lendReads } from '../../databases/reading-socket.ts';
import type { Session } from '../../databases/session.ts';
import { PacketFrames, type PacketTaker } from './packet-frames.ts';

/**
 * Takes a row's payload, which starts at an offset of a buffer. The buffer is only lent: the next rows are read into it.
 */
export type TakeRow = (buffer: Buffer, offset: number) => void;

/** What is used of mysql2 beside its documented interface. */
interface DriverConnection extends Connection {
  /** Gets what the socket reads. */
  packetParser: { execute(bytes: Buffer): void };
  /** What the next packet must have. */
  sequenceId: number;
}

/** A command is a machine of states: each takes a packet and returns the state that takes the next one. */
interface DriverQuery extends Query {
  row: State;
  readonly next: State | null;
}

type State = (packet: unknown, connection: unknown) => unknown;

const ERROR = 0xff;
const END = 0xfe;
/** A row may begin like an end, with a text of 16 MB or more. */
const LONGEST_END = 8;

/**
 * The rows of a SELECT, taken from the socket as they arrive: of the server's answer, mysql2 gets only what comes before
 * the first row and after the last.
 */
export class RowPackets implements PacketTaker {
  /**
   * Resolves when the result set has ended. Rejects with the driver's error, or with what was thrown by whoever takes
   * the rows, in which case the connection is gone. Should a version of the driver work in another way, the rows reach
   * its callback, and that is an error too.
   */
  readonly ended: Promise<void>;
  /** The payload of the last row; null before the first. */
  lastRow: Buffer | null = null;
  /** What the server says of the columns before the first row. */
  readonly definitions: Buffer[] = [];
  readonly #connection: DriverConnection;
  readonly #driverParser: DriverConnection['packetParser'];
  readonly #takeRow: TakeRow;
  readonly #frames = new PacketFrames(this);
  #query!: DriverQuery;
  #fail!: (error: unknown) => void;
  /** The state in which the driver waits for a row: known by its identity, and run only for what is no row. */
  readonly #rowState: State;
  #inRows = false;
  #lent: Buffer | null = null;
  #lentStart = 0;
  #lentEnd = 0;

  constructor(session: Session, sql: string, takeRow: TakeRow) {
    const connection = session.connection as DriverConnection;
    this.#connection = connection;
    this.#driverParser = connection.packetParser;
    this.#takeRow = takeRow;
    connection.packetParser = { execute: (bytes) => this.#guarded(() => this.#frames.read(bytes)) };
    lendReads(connection, true);
    let driverState: State;
    this.#rowState = (...args) => driverState.apply(this.#query, args);
    this.ended = new Promise((resolve, reject) => {
      this.#fail = (error) => {
        reject(error);
        session.destroy();
      };
      this.#query = connection.query({ sql, rowsAsArray: true }, (error, rows) => {
        this.#giveBackConnection();
        if (error) reject(error);
        else if (Array.isArray(rows) && rows.length > 0)
          reject(new Error('this version of mysql2 is not supported'));
        else resolve();
      }) as DriverQuery;
      driverState = this.#query.row;
      this.#query.row = this.#rowState;
    });
  }

  /** Stops reading from the socket, so that TCP makes the server wait. Rows that are already here wait too. */
  pause(): void {
    this.#frames.pause();
    socketOf(this.#connection).pause();
  }

  resume(): void {
    this.#guarded(() => {
      if (this.#frames.resume()) socketOf(this.#connection).resume();
    });
  }

  take(buffer: Buffer, offset: number, length: number, sequence: number): void {
    if (this.#inRows && !endsRows(buffer[offset]!, length)) {
      this.#takeRow(buffer, offset);
      this.#lent = buffer;
      this.#lentStart = offset;
      this.#lentEnd = offset + length;
      return;
    }
    if (this.#inRows) {
      this.#giveBackConnection();
      this.#connection.sequenceId = sequence;
    } else if (this.#query.next !== null) this.#noteDefinition(buffer.subarray(offset, offset + length));
    const header = Buffer.of(length & 0xff, (length >> 8) & 0xff, length >> 16, sequence);
    this.#driverParser.execute(Buffer.concat([header, buffer.subarray(offset, offset + length)]));
    this.#inRows = this.#query.next === this.#rowState;
  }

  /** A column's definition begins with the catalogue, which is always `def` (protocol "ColumnDefinition41"). */
  #noteDefinition(payload: Buffer): void {
    if (payload.toString('latin1', 0, 4) === '\u0003def') this.definitions.push(Buffer.from(payload));
  }

  giveBack(): void {
    if (this.#lent === null) return;
    this.lastRow = Buffer.from(this.#lent.subarray(this.#lentStart, this.#lentEnd));
    this.#lent = null;
  }

  #giveBackConnection(): void {
    lendReads(this.#connection, false);
    this.#connection.packetParser = this.#driverParser;
  }

  /** What is thrown would otherwise surface in the socket's event handler and end the process. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }
}

function endsRows(first: number, length: number): boolean {
  return first === ERROR || (first === END && length <= LONGEST_END);
}
