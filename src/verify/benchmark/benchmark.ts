import { isStatementInterrupted } from '../../databases/server-errors.ts';
import type { ServerInfo } from '../../databases/server.ts';
import type { Session } from '../../databases/session.ts';
import { skipsLeading } from '../../pipeline/source/leading-values.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import { type IndexHint, incrementalQueries } from '../../pipeline/source/queries.ts';
import { ReadMeter } from '../../pipeline/wire/read-meter.ts';
import type { SourceTable } from '../../pipeline/source/source-table.ts';
import { currentBound, probePosition } from '../plans/extraction-window.ts';
import { type BenchmarkResult, type Measurement, spread } from './benchmark-result.ts';

/** Runs of each kind, unless a table's time is used up before. */
const ROUNDS = 5;
/** A query that takes longer is stopped: the point is made. */
const STATEMENT_LIMIT_SECONDS = 30;
/** No further round is started for a table after this. */
const TABLE_LIMIT_SECONDS = 20;

interface Run {
  readonly seconds: number;
  readonly rowsRead: number;
  readonly rows: number;
}

/**
 * Times the query that reads a table's last rows: with the cursor's index forced, as the extraction sends it, and with
 * that index kept from the optimizer for this statement only (`IGNORE INDEX`). The two alternate, after a run of each
 * that is not counted, so that both find the same caches. Null for a table whose index is missing, or leads with another
 * column than the cursor: its last rows are many ranges.
 */
export async function benchmarkTable(session: Session, table: SourceTable): Promise<BenchmarkResult | null> {
  if (table.index === null || skipsLeading(table)) return null;
  const started = performance.now();
  const { server } = table;
  const statements = await probeStatements(session, table);
  await limitStatements(session, server, STATEMENT_LIMIT_SECONDS);
  try {
    await run(session, server, statements.FORCE);
    const stopped = (await runOrStop(session, server, statements.IGNORE)) === null;
    const withIndex: Run[] = [];
    const withoutIndex: Run[] = [];
    while (withIndex.length < ROUNDS) {
      withIndex.push(await run(session, server, statements.FORCE));
      if (!stopped) withoutIndex.push(await run(session, server, statements.IGNORE));
      if (performance.now() - started > TABLE_LIMIT_SECONDS * 1000) break;
    }
    return {
      table: table.name,
      index: table.index,
      rows: withIndex[0]?.rows ?? 0,
      withIndex: measure(withIndex),
      withoutIndex: stopped
        ? { kind: 'stopped', afterSeconds: STATEMENT_LIMIT_SECONDS }
        : measure(withoutIndex),
    };
  } finally {
    await limitStatements(session, server, 0);
  }
}

/** A bare cursor value is one range, so that without the index the table is scanned once and not once per range. */
async function probeStatements(
  session: Session,
  table: SourceTable,
): Promise<Readonly<Record<Exclude<IndexHint, 'USE'>, string>>> {
  const bound = await currentBound(session, table);
  const position = await probePosition(session, table, bound);
  const range = { after: position?.slice(0, 1) ?? null, bound, limit: DEFAULT_OPTIONS.statementRows };
  const [FORCE = ''] = incrementalQueries(table, range, 'FORCE');
  const [IGNORE = ''] = incrementalQueries(table, range, 'IGNORE');
  return { FORCE, IGNORE };
}

async function runOrStop(session: Session, server: ServerInfo, statement: string): Promise<Run | null> {
  try {
    return await run(session, server, statement);
  } catch (error) {
    if (isStatementInterrupted(error)) return null;
    throw error;
  }
}

async function run(session: Session, server: ServerInfo, statement: string): Promise<Run> {
  const meter = await ReadMeter.start(session, server);
  const started = performance.now();
  const rows = await session.query(statement, [], { rowsAsArray: true });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, rowsRead: await meter.read(), rows: rows.length };
}

function measure(runs: readonly Run[]): Measurement {
  return {
    kind: 'measured',
    seconds: spread(runs.map(({ seconds }) => seconds)),
    rowsRead: runs[0]?.rowsRead ?? 0,
  };
}

/** 0 is no limit. MySQL counts milliseconds and only SELECT; MariaDB counts seconds. */
async function limitStatements(session: Session, { flavour }: ServerInfo, seconds: number): Promise<void> {
  await session.execute(
    flavour === 'mariadb'
      ? `SET SESSION max_statement_time = ${seconds}`
      : `SET SESSION max_execution_time = ${seconds * 1000}`,
  );
}
