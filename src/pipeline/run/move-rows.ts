import { stopIfAborted } from '../../errors.ts';
import type { Session } from '../../databases/session.ts';
import { Brake } from './brake.ts';
import type { Position } from '../../rows/position.ts';
import { Masks } from '../wire/masks.ts';
import type { RunProgress } from './run-progress.ts';
import type { BatchWriter } from '../../sinks/sink.ts';
import type { SourceColumn } from '../source/source-table.ts';
import type { TableJob } from './table-job.ts';
import { TableReader } from '../wire/table-reader.ts';

/** One session's reading of one table into one writer. */
export interface Movement {
  readonly job: TableJob;
  readonly session: Session;
  readonly writer: BatchWriter;
  readonly progress: RunProgress;
  readonly masks: Masks;
  readonly brake: Brake;
}

/** What a movement has beside what is moved: the job's masks and its brake. Throws as Masks does. */
export function movementOf(moved: Omit<Movement, 'masks' | 'brake'>): Movement {
  const { job } = moved;
  return { ...moved, masks: new Masks(job.table, job.options.maskSalt), brake: new Brake(job) };
}

/** What is read, in which order, and what happens after each statement. */
export interface Course {
  readonly order: readonly SourceColumn[];
  readonly after: Position | null;
  /** Range scans of at most `statementRows` rows each, to be run one after the other. */
  queries(after: Position | null): readonly string[];
  /** Called when a statement's rows are written, with the last one's position: the place to commit. */
  written(position: Position): Promise<void>;
}

/**
 * Reads all rows that a course has, statement by statement, each from where the one before ended. While the rows of one
 * are being committed the server already works on the next. Stops with an InterruptedError at a batch's end once the
 * signal is aborted.
 */
export async function moveRows(movement: Movement, course: Course): Promise<void> {
  const { job, session, progress } = movement;
  const reader = new TableReader(session, job.table.columns, job.table.further);
  const limit = job.options.statementRows;
  let position = course.after;
  let written: Promise<void> = Promise.resolve();
  let more = true;
  try {
    while (more) {
      more = false;
      for (const query of course.queries(position)) {
        const rows = await moveStatement(movement, reader, query, written);
        if (rows === 0) continue;
        position = reader.position(course.order);
        progress.pending.addInvalidDates(reader.takeInvalidDates());
        progress.pending.enforcePolicies();
        if (position !== null) written = course.written(position);
        // Awaited later: until then a brake may wait, and a failure that nobody listens to would end the process.
        written.catch(() => undefined);
        // A full statement may have more behind it; the ranges start anew from its last row.
        more = rows === limit;
        if (more) break;
      }
    }
  } finally {
    // Also where something else failed: nobody may close the writer while it commits.
    await written;
  }
}

/** Moves one statement's rows, the first of them when `before` has resolved. Throws what it rejects with. */
async function moveStatement(
  movement: Movement,
  reader: TableReader,
  query: string,
  before: Promise<void>,
): Promise<number> {
  const { job, writer, progress, masks, brake } = movement;
  const { database, name: table, columns, cursor } = job.table;
  const cursorAt = columns.indexOf(cursor);
  let rows = 0;
  stopIfAborted(job.signal);
  await brake.beforeStatement();
  const batches = reader.read(query);
  const first = batches.next();
  // Awaited below, unless `before` fails.
  first.catch(() => undefined);
  try {
    await before;
    for (let next = await first; next.done !== true; next = await batches.next()) {
      const batch = next.value;
      stopIfAborted(job.signal);
      progress.pending.nullCursors += batch.columns[cursorAt]!.nulls;
      masks.apply(batch);
      const { rows: written } = batch;
      await writer.write(batch);
      rows += written;
      progress.pending.rows += written;
      job.observe({ kind: 'progress', database, table, rows: progress.rows });
      await brake.afterRows(written);
    }
  } finally {
    await batches.return();
  }
  return rows;
}
