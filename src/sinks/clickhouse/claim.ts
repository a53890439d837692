import { hostname } from 'node:os';
import { kill, pid } from 'node:process';
import { RefusedError, SinkHeldError } from '../../errors.ts';
import type { TableName } from '../sink.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { isExistingTable, isMissingTable } from './clickhouse-errors.ts';
import { literal } from './clickhouse-identifiers.ts';
import {
  type CommitRecord,
  epochOf,
  lastVersion,
  stateOf,
  versionOf,
  writeRun,
  writeWatermark,
} from './clickhouse-state.ts';
import { currentWatermarks, takeBack } from './recovery.ts';
import { dropTable, type WorkKind, workName, type WorkTable, workTables } from './work-tables.ts';

/** Seconds after which whoever claimed a table and was not seen since is taken for dead, or cut off. */
const LEASE_SECONDS = 60;
/** Seconds between two signs of life. */
const SEEN_SECONDS = 15;

const UNKNOWN: CommitRecord = { state: '', rows: 0, run: '' };

/**
 * The right to write one table: a table of the engine, `stage`, named by an epoch that rises with each claim. Only one
 * process can make it, and every change of the rows goes through it by its name: a statement moves its rows on, or finds
 * that it is gone. Whoever claims the table next drops it first, and so a process that lost its claim, because it was
 * paused or cut off from the network, can change nothing. Its comment says who has it, and its age when they were last seen.
 */
export class Claim implements AsyncDisposable {
  readonly epoch: number;
  /** What was committed when the table was claimed. */
  readonly found: CommitRecord;
  readonly #connection: ClickhouseConnection;
  readonly #table: TableName;
  readonly #timer: NodeJS.Timeout;
  readonly #made = new Set<WorkKind>();
  /** Where rows were moved to under this claim. */
  readonly #moved = new Set<string>();
  #number = 0;

  private constructor(
    connection: ClickhouseConnection,
    table: TableName,
    taken: { readonly epoch: number; readonly found: CommitRecord },
  ) {
    this.#connection = connection;
    this.#table = table;
    this.epoch = taken.epoch;
    this.found = taken.found;
    const seen = () =>
      connection.run(`ALTER TABLE ${this.stage}${connection.onCluster} MODIFY COMMENT ${literal(OURSELVES)}`);
    this.#timer = setInterval(() => void seen().catch(() => undefined), SEEN_SECONDS * 1000);
    this.#timer.unref();
  }

  /** Claims a table. Throws a SinkHeldError while another process has it. */
  static async take(connection: ClickhouseConnection, table: TableName): Promise<Claim> {
    const others = await workTables(connection, table);
    const holder = others.find(({ kind }) => kind === 'stage');
    if (holder !== undefined && isAlive(holder)) throw heldBy(table, holder.comment);
    const epoch = (await lastEpoch(connection, table, others)) + 1;
    const stage = workName('stage', table, epoch);
    try {
      await connection.run(
        `CREATE TABLE ${connection.qualified(stage)}${connection.onCluster} (n UInt8)
         ENGINE = ${connection.engine('MergeTree')} ORDER BY n COMMENT ${literal(OURSELVES)}`,
      );
    } catch (error) {
      if (isExistingTable(error)) throw heldBy(table, 'a process that came at the same time');
      throw error;
    }
    try {
      // Somebody may have claimed it, and be done, between our look and our claim.
      const now = (await workTables(connection, table)).filter(({ name }) => name !== stage);
      if ((await lastEpoch(connection, table, now)) >= epoch) {
        throw heldBy(table, 'a process that came at the same time');
      }
      return new Claim(connection, table, { epoch, found: await takeOver(connection, table, epoch, now) });
    } catch (error) {
      await dropTable(connection, stage).catch(() => undefined);
      throw error;
    }
  }

  /** The claim's table, as SQL writes its name. */
  get stage(): string {
    return this.#connection.qualified(workName('stage', this.#table, this.epoch));
  }

  /** What a table of the claim's is called. */
  nameOf(kind: WorkKind): string {
    return workName(kind, this.#table, this.epoch);
  }

  /**
   * Makes a table of the claim's anew; `sql` is what comes after its name, which is returned as SQL writes it. All but a
   * load go with the claim.
   */
  async make(kind: Exclude<WorkKind, 'stage'>, sql: string): Promise<string> {
    const name = this.nameOf(kind);
    const qualified = this.#connection.qualified(name);
    if (kind === 'load' || this.#made.has(kind)) await dropTable(this.#connection, name);
    if (kind !== 'load') this.#made.add(kind);
    this.#moved.delete(qualified);
    await this.#connection.run(`CREATE TABLE ${qualified}${this.#connection.onCluster} ${sql}`);
    return qualified;
  }

  /** A number that is larger than all that this claim, and any before it, gave out. */
  next(): bigint {
    this.#number += 1;
    return versionOf(this.epoch, this.#number);
  }

  /**
   * Empties the stage and gives it the columns and the order of another table, so that its rows can be moved there.
   * Throws a RefusedError for a claim that was lost.
   */
  async shapeLike(table: string): Promise<void> {
    await this.#held(
      `REPLACE TABLE ${this.stage}${this.#connection.onCluster} AS ${table} COMMENT ${literal(OURSELVES)}`,
    );
  }

  /** Adds the rows of a query to the stage. Throws a RefusedError for a claim that was lost. */
  async fill(columns: string, select: string): Promise<void> {
    await this.#held(`INSERT INTO ${this.stage} (${columns}) ${select}`);
  }

  /** Moves the stage's rows to a table of its shape, all of them at once. Throws a RefusedError for a claim that was lost. */
  async move(into: string): Promise<void> {
    await this.#held(
      `ALTER TABLE ${this.stage}${this.#connection.onCluster} MOVE PARTITION tuple() TO TABLE ${into}`,
    );
    this.#moved.add(into);
  }

  /** Rows that the stage has. */
  async staged(): Promise<number> {
    try {
      return Number(await this.#connection.value(`SELECT toString(count()) AS c FROM ${this.stage}`));
    } catch (error) {
      throw this.explain(error);
    }
  }

  /**
   * Makes sure that a table of the claim's was there while the claim was ours, before it is put in another's place: so
   * whoever takes the claim over finds it, and takes it away first. Throws a RefusedError for a claim that was lost.
   */
  async vouchFor(table: string): Promise<void> {
    if (this.#moved.has(table)) return;
    await this.shapeLike(table);
    await this.move(table);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const kind of [...this.#made, 'stage'] as const) {
      // Whoever comes next drops what is left.
      await dropTable(this.#connection, this.nameOf(kind)).catch(() => undefined);
    }
  }

  async #held(sql: string): Promise<void> {
    try {
      await this.#connection.run(sql);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** What an error says that the claim's table is gone. */
  explain(error: unknown): unknown {
    if (!isMissingTable(error)) return error;
    return new RefusedError(
      `${this.#table.database}.${this.#table.table}: another process took the table over; nothing of this one was committed since`,
      {
        cause: error,
        hint: 'let the other one finish; this process was paused or cut off for too long',
      },
    );
  }
}

const OURSELVES = `${hostname()}, process ${pid}`;

function heldBy({ database, table }: TableName, holder: string): SinkHeldError {
  return new SinkHeldError(`another process writes ${database}.${table}: ${holder}`, {
    holder,
    hint: 'wait until it has ended; other tables can be written at the same time',
  });
}

/** Whether whoever claimed a table may still be there; a process of this machine can be asked for. */
function isAlive({ comment, age }: WorkTable): boolean {
  if (age > LEASE_SECONDS) return false;
  const here = `${hostname()}, process `;
  if (!comment.startsWith(here)) return true;
  try {
    // Signal 0 asks and does nothing.
    return kill(Number(comment.slice(here.length)), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function lastEpoch(
  connection: ClickhouseConnection,
  table: TableName,
  tables: readonly WorkTable[],
): Promise<number> {
  return Math.max(epochOf(await lastVersion(connection, table)), ...tables.map(({ epoch }) => epoch));
}

/**
 * Ends what earlier claims could still do, finds out what they committed, and writes it down under the new epoch, so that
 * nothing that they write from now on is the last word.
 */
async function takeOver(
  connection: ClickhouseConnection,
  table: TableName,
  epoch: number,
  others: readonly WorkTable[],
): Promise<CommitRecord> {
  const stages = others.filter(({ kind }) => kind === 'stage');
  for (const { name } of stages) await dropTable(connection, name);
  // What they made meanwhile; from now on they can put nothing in a table's place that is not there yet.
  const left = stages.length === 0 ? others : await workTables(connection, table);
  const earlier = left.filter((work) => work.epoch < epoch);
  const [found = { ...UNKNOWN, version: 0n }] = await currentWatermarks(connection, table);
  await takeBack(connection, table, found);
  const loading = (stateOf(found)?.loading ?? null) !== null;
  const load = loading ? earlier.find(({ kind }) => kind === 'load') : undefined;
  if (load !== undefined) {
    await connection.run(
      `RENAME TABLE ${connection.qualified(load.name)} TO ${connection.qualified(workName('load', table, epoch))}${connection.onCluster}`,
    );
  }
  for (const { name } of earlier) if (name !== load?.name) await dropTable(connection, name);
  // The record of a commit whose process was killed before it wrote one.
  if (found.version > 0n) await writeRun(connection, found, 0);
  await writeWatermark(connection, {
    database: table.database,
    table: table.table,
    version: versionOf(epoch, 0),
    state: found.state,
    rows: found.rows,
    run: found.run,
  });
  return found;
}
