import { readFile } from 'node:fs/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';

/** `sysconf(_SC_CLK_TCK)`: the unit of /proc/PID/stat, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What the server did for everybody. */
export interface ServerWork {
  /** `Handler_read%`: index entries and rows. */
  readonly rowsRead: number;
  readonly bytesSent: number;
  readonly cpuSeconds: number;
}

/** Takes the server's own counters around a run. Nothing else may use the server meanwhile. */
export class ServerMeter {
  readonly #connection: Connection;
  readonly #pid: number;
  readonly #before: ServerWork;
  /** What asking costs by itself: the status is a table too. */
  readonly #ownCost: ServerWork;

  private constructor(connection: Connection, pid: number, before: ServerWork, ownCost: ServerWork) {
    this.#connection = connection;
    this.#pid = pid;
    this.#before = before;
    this.#ownCost = ownCost;
  }

  static async start(connection: Connection, pid: number): Promise<ServerMeter> {
    const first = await read(connection, pid);
    const second = await read(connection, pid);
    return new ServerMeter(connection, pid, second, difference(second, first));
  }

  async stop(): Promise<ServerWork> {
    return difference(difference(await read(this.#connection, this.#pid), this.#before), this.#ownCost);
  }
}

async function read(connection: Connection, pid: number): Promise<ServerWork> {
  const cpuSeconds = await processCpuSeconds(pid);
  const [rows] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Handler\\_read%' OR Variable_name = 'Bytes_sent'",
  );
  const counters = rows.map((row) => ({ name: String(row['Variable_name']), value: Number(row['Value']) }));
  const sum = (prefix: string) =>
    counters
      .filter(({ name }) => name.toLowerCase().startsWith(prefix))
      .reduce((total, { value }) => total + value, 0);
  return { rowsRead: sum('handler_read'), bytesSent: sum('bytes_sent'), cpuSeconds };
}

function difference(later: ServerWork, earlier: ServerWork): ServerWork {
  return {
    rowsRead: later.rowsRead - earlier.rowsRead,
    bytesSent: later.bytesSent - earlier.bytesSent,
    cpuSeconds: later.cpuSeconds - earlier.cpuSeconds,
  };
}

/** User and system time of a process (proc(5)): fields 14 and 15, counted after the name, which may hold spaces. */
async function processCpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
