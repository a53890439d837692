import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { createExtraction, type Extraction } from '../../../support/extraction.ts';
import type { RowDifference } from '../../../support/compare-tables.ts';
import { connect, type TestServer } from '../../../support/schemas.ts';
import { spawnExtraction } from '../../../support/spawn-extraction.ts';
import { SeededRandom } from './random.ts';
import { CHECKED_SCHEMA, CHECKED_TABLES, write, type WriterCounts } from './writers.ts';

export interface CheckResult extends WriterCounts {
  readonly runs: number;
  readonly killed: number;
  readonly rowsInSource: number;
  /** By table; empty where source and sink are equal. */
  readonly differences: Readonly<Record<string, readonly RowDifference[]>>;
  /** What runs that were not killed complained of. */
  readonly complaints: readonly string[];
}

const WRITERS = 3;
/** Small steps, so that a kill falls between them. */
const OPTIONS = { lagSeconds: 0, statementRows: 300, commitRows: 600 } as const;

/**
 * Lets writers and extract-loads work side by side for so long, half of the extract-loads killed at a random moment,
 * then stops the writers, runs once more and compares source and sink row by row.
 */
export async function check(
  server: TestServer,
  options: { readonly seconds: number; readonly seed: number },
): Promise<CheckResult> {
  await using extraction = await createExtraction(server);
  await extraction.sql(...CHECKED_SCHEMA);
  const counts: WriterCounts = { transactions: 0, committedLate: 0, rolledBack: 0, rows: 0 };
  const stop = new AbortController();
  const writers = Array.from({ length: WRITERS }, async (_, number) => {
    const connection = await connect(server);
    try {
      await connection.changeUser({ database: extraction.schema });
      await write(connection, { seed: options.seed + number, signal: stop.signal, counts });
    } finally {
      await connection.end();
    }
  });
  const monitor = look(server, stop.signal, new SeededRandom(options.seed + WRITERS));
  const extracted = extractUntil(
    extraction,
    performance.now() + options.seconds * 1000,
    new SeededRandom(options.seed),
  );
  const runs = await extracted.finally(() => stop.abort());
  await Promise.all([...writers, monitor]);

  // The second of the last write must have passed before it can be read.
  await sleep(1100);
  const last = await extraction.run(CHECKED_TABLES, OPTIONS);
  const differences = await Promise.all(
    CHECKED_TABLES.map(async ({ table }) => [table, await extraction.compare(table)] as const),
  );
  return {
    ...counts,
    ...runs,
    complaints: [...runs.complaints, ...last.failures.map(({ error }) => error.message)],
    rowsInSource: await countRows(extraction),
    differences: Object.fromEntries(differences.filter(([, found]) => found.length > 0)),
  };
}

/** As a monitor does: its looks at the open transactions make InnoDB show others an older list. */
async function look(server: TestServer, signal: AbortSignal, random: SeededRandom): Promise<void> {
  const connection = await connect(server);
  try {
    while (!signal.aborted) {
      await connection.query('SELECT * FROM information_schema.INNODB_TRX');
      await sleep(random.between(0, 400));
    }
  } finally {
    await connection.end();
  }
}

async function extractUntil(extraction: Extraction, deadline: number, random: SeededRandom) {
  let runs = 0;
  let killed = 0;
  const complaints: string[] = [];
  while (performance.now() < deadline) {
    const child = spawnExtraction({
      settings: extraction.settings,
      sink: { kind: 'duckdb', location: extraction.duckdbFile },
      tables: CHECKED_TABLES,
      options: OPTIONS,
    });
    const kill = random.chance(0.5);
    const timer = kill ? setTimeout(() => child.kill('SIGKILL'), random.between(600, 2200)) : undefined;
    const { exitCode, signal, stderr } = await child;
    clearTimeout(timer);
    runs += 1;
    if (signal === 'SIGKILL') killed += 1;
    else if (exitCode !== 0) complaints.push(stderr);
  }
  return { runs, killed, complaints };
}

async function countRows({ connection }: Extraction): Promise<number> {
  const counts = CHECKED_TABLES.map(({ table }) => `(SELECT COUNT(*) FROM ${table})`).join(' + ');
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${counts} AS count`);
  return Number(rows[0]?.['count'] ?? 0);
}
