import { stopIfAborted } from '../../errors.ts';
import type { Session } from '../../databases/session.ts';
import { Brake } from './brake.ts';
import { Commits } from './commits.ts';
import type { Position } from '../../rows/position.ts';
import { lossyTexts } from '../source/lossy-texts.ts';
import { requireProgress } from '../source/require-progress.ts';
import { Masks } from '../wire/masks.ts';
import type { RunProgress } from './run-progress.ts';
import type { BatchWriter } from '../../sinks/sink.ts';
import type { SourceColumn } from '../source/source-table.ts';
import { type SourceSnapshot, statementSeconds } from '../source/source-snapshot.ts';
import { StatementSize } from './statement-size.ts';
import type { TableJob } from './table-job.ts';
import { TableReader } from '../wire/table-reader.ts';

/** One session's reading of one table into one writer. */
export interface Movement {
  readonly job: TableJob;
  readonly session: Session;
  /** Held for each statement, and for no pause. */
  readonly snapshot: SourceSnapshot;
  readonly writer: BatchWriter;
  readonly progress: RunProgress;
  readonly masks: Masks;
  readonly brake: Brake;
  readonly size: StatementSize;
  readonly reader: TableReader;
  readonly commits: Commits;
}

/** What a movement has beside what is moved: the job's masks, its brake and its pace. Throws as Masks does. */
export function movementOf(
  moved: Omit<Movement, 'masks' | 'brake' | 'size' | 'reader' | 'commits'>,
): Movement {
  const { table, options } = moved.job;
  const seconds = statementSeconds(options);
  // A limit of rows per second makes pauses between statements, and the fewer rows one has, the shorter they are.
  const most = Math.min(options.statementRows, options.maxRowsPerSecond ?? options.statementRows);
  return {
    ...moved,
    masks: new Masks(table, options.maskSalt),
    brake: new Brake(moved.job, moved.snapshot),
    size: new StatementSize(Math.max(1, most), seconds, table.bytesPerRow),
    reader: new TableReader(moved.session, table.columns, table.further),
    commits: new Commits(moved.snapshot, moved.progress, seconds),
  };
}

/** What is read, in which order, and what happens after each statement. */
export interface Course {
  readonly order: readonly SourceColumn[];
  readonly after: Position | null;
  /** Range scans of at most `limit` rows each, to be run one after the other. */
  queries(after: Position | null, limit: number): readonly string[];
  /** Called when a statement's rows are written, with the last one's position: the place to commit. */
  written(position: Position): Promise<void>;
}

/**
 * Reads all rows that a course has, statement by statement, each from where the one before ended. While the rows of one
 * are being committed the server already works on the next. Stops with an InterruptedError at a batch's end once the
 * signal is aborted.
 */
export async function moveRows(movement: Movement, course: Course): Promise<void> {
  const { progress, brake, size, reader, commits } = movement;
  let position = course.after;
  let more = true;
  try {
    while (more) {
      more = false;
      const limit = size.rows;
      for (const query of course.queries(position, limit)) {
        const rows = await moveStatement(movement, query);
        if (rows === 0) continue;
        const end = reader.position(course.order);
        requireProgress(movement.job.table, position, end);
        position = end;
        progress.pending.addInvalidDates(reader.takeInvalidDates());
        const questioned = reader.takeQuestioned();
        progress.pending.addLossyTexts(
          await lossyTexts(movement.session, movement.job.table, query, questioned),
        );
        progress.pending.enforcePolicies();
        const last = position;
        if (last !== null) commits.begin(() => course.written(last));
        await brake.afterRows(rows);
        // A full statement may have more behind it; the ranges start again from its last row.
        more = rows === limit;
        if (more) break;
      }
    }
  } finally {
    // Also where something else failed: nobody may close the writer while it commits.
    await commits.ended;
  }
}

/** Moves one statement's rows, the first of them when the last commit has ended. Throws what it rejects with. */
async function moveStatement(movement: Movement, query: string): Promise<number> {
  const { job, brake, commits, snapshot, size } = movement;
  stopIfAborted(job.signal);
  await brake.beforeStatement();
  await commits.beforeStatement();
  await snapshot.hold();
  const started = performance.now();
  const rows = await writeRows(movement, query);
  size.took(rows, (performance.now() - started) / 1000);
  return rows;
}

async function writeRows(
  { job, writer, progress, masks, reader, commits }: Movement,
  query: string,
): Promise<number> {
  const { database, name: table, columns, cursor, strategy } = job.table;
  const cursorAt = strategy === 'watermark' ? columns.indexOf(cursor) : null;
  let rows = 0;
  const batches = reader.read(query);
  const first = batches.next();
  // Awaited below, unless the commit fails.
  first.catch(() => undefined);
  try {
    await commits.ended;
    for (let next = await first; next.done !== true; next = await batches.next()) {
      const batch = next.value;
      stopIfAborted(job.signal);
      if (cursorAt !== null) progress.pending.nullCursors += batch.columns[cursorAt]!.nulls;
      masks.apply(batch);
      const { rows: written } = batch;
      await writer.write(batch);
      rows += written;
      progress.pending.rows += written;
      job.observe({ kind: 'progress', database, table, rows: progress.rows });
    }
  } finally {
    await batches.return();
  }
  return rows;
}
