import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { TidemarkError } from '../../../../src/errors.ts';
import type { TableSpec } from '../../../../src/pipeline/source/table-spec.ts';
import { compareTables, type RowDifference } from '../../../support/compare-tables.ts';
import { createExtraction, type Extraction } from '../../../support/extraction.ts';
import { startPrivateTestServer, SURVIVES_A_KILL } from '../../../support/private-test-server.ts';
import type { SoftwareName } from '../../../support/servers/software.ts';
import { spawnExtraction } from '../../../support/spawn-extraction.ts';
import type { Kind } from './kind.ts';
import { KINDS, type KindName } from './kinds.ts';
import type { SeededRandom } from './random.ts';
import { Scene } from './scene.ts';
import { write, WRITTEN_SCHEMA, WRITTEN_TABLES } from './writers.ts';

export interface CheckOptions {
  readonly seconds: number;
  readonly seed: number;
  /** What is added to the writers. */
  readonly kinds: readonly KindName[];
}

export interface CheckResult {
  readonly label: string;
  readonly runs: number;
  readonly killed: number;
  /** What runs said that ended early, for a reason that one of the kinds gives. */
  readonly excused: readonly string[];
  readonly rowsInSource: number;
  /** How often writers and kinds did what. */
  readonly done: Readonly<Record<string, number>>;
  /** What was asked for and never happened. */
  readonly neverDone: readonly string[];
  /** By table; empty where source and sink are equal. */
  readonly differences: Readonly<Record<string, readonly RowDifference[]>>;
  /** What runs that were not killed complained of. */
  readonly complaints: readonly string[];
}

const WRITERS = 3;
/** Small steps, so that a kill falls between them. */
const OPTIONS = { lagSeconds: 0, statementRows: 300, commitRows: 600 } as const;

/**
 * Lets writers and extract-loads work side by side for so long on a server of their own, some of the extract-loads
 * killed at a random moment, then stops the writers, runs once more and compares source and sink row by row.
 */
export async function check(software: SoftwareName, options: CheckOptions): Promise<CheckResult> {
  const kinds: readonly Kind[] = options.kinds.map((name) => KINDS[name]);
  const tables = [...WRITTEN_TABLES, ...kinds.flatMap((kind) => kind.tables ?? [])];
  await using server = await startPrivateTestServer(software, () => SURVIVES_A_KILL);
  await using extraction = await createExtraction(server.settings);
  // The server may crash; what comes after has connections of its own.
  extraction.connection.on('error', () => undefined);
  await extraction.sql(...WRITTEN_SCHEMA, ...kinds.flatMap((kind) => kind.schema ?? []));
  const stop = new AbortController();
  // Each who works in the scene waits for its end.
  setMaxListeners(0, stop.signal);
  const scene = new Scene({
    server,
    settings: extraction.settings,
    signal: stop.signal,
    seed: options.seed * 1000,
    mayCrash: options.kinds.includes('crashes'),
  });
  const extracted = extractUntil(extraction, {
    tables,
    kinds,
    scene,
    deadline: performance.now() + options.seconds * 1000,
  }).finally(() => stop.abort());
  const beside = [
    ...Array.from({ length: WRITERS }, () => write(scene, kinds)),
    ...kinds.flatMap((kind) => kind.disturb?.(scene) ?? []),
    look(scene),
  ].map((work) =>
    // Nothing goes on for minutes beside a writer that has failed.
    work.catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  // All have ended, the one that starts the server again among them, before anything is thrown or compared.
  await Promise.allSettled([extracted, ...beside]);
  await Promise.all(beside);
  const runs = await extracted;

  // The second of the last write must have passed before it can be read.
  await sleep(1100);
  const last = await extraction.run(tables, OPTIONS);
  const connection = await scene.connect();
  const differences: [string, readonly RowDifference[]][] = [];
  const refused = new Set(last.failures.map(({ table }) => table));
  for (const { table } of tables.filter((spec) => !refused.has(spec.table))) {
    const { duckdbFile, database } = extraction;
    const found = await compareTables({ connection, table, duckdbFile, database: database.name });
    if (found.length > 0) differences.push([table, found]);
  }
  const rowsInSource = await countRows(connection, tables);
  await connection.end();
  const expected = ['transactions', 'committed late', 'rolled back', ...kinds.flatMap((kind) => kind.counts)];
  return {
    ...runs,
    label: server.settings.label,
    complaints: [...runs.complaints, ...last.failures.map(({ error }) => error.message)],
    rowsInSource,
    done: Object.fromEntries(scene.done),
    neverDone: expected.filter((what) => (scene.done.get(what) ?? 0) === 0),
    differences: Object.fromEntries(differences),
  };
}

/** As a monitor does: its looks at the open transactions make InnoDB show others an older list. */
async function look(scene: Scene): Promise<void> {
  const random: SeededRandom = scene.random();
  await scene.repeat(async (connection) => {
    await connection.query('SELECT * FROM information_schema.INNODB_TRX');
    await sleep(random.between(0, 400));
  });
}

async function extractUntil(
  extraction: Extraction,
  options: {
    readonly tables: readonly TableSpec[];
    readonly kinds: readonly Kind[];
    readonly scene: Scene;
    readonly deadline: number;
  },
) {
  const { tables, kinds, scene, deadline } = options;
  const random = scene.random();
  const excuses = kinds.flatMap((kind) => kind.excuses ?? []);
  let runs = 0;
  let killed = 0;
  const excused: string[] = [];
  const complaints: string[] = [];
  const complain = (message: string) => {
    const excusable = excuses.some((excuse) => excuse.test(message));
    (excusable ? excused : complaints).push(message);
  };
  /** Of the last run in a process of its own, in milliseconds: the next kill falls anywhere into the next. */
  let duration = 2000;
  while (performance.now() < deadline && !scene.signal.aborted) {
    // Most runs are this process's own: they follow each other closely, and see what lasts for less than a second.
    for (let left = random.between(1, 8); left > 0 && performance.now() < deadline; left -= 1) {
      const complaint = await runOnce(extraction, tables);
      runs += 1;
      if (complaint !== null) complain(complaint);
      await scene.pause(0, 300, random);
    }
    const started = performance.now();
    const child = spawnExtraction({
      settings: extraction.settings,
      sink: { kind: 'duckdb', location: extraction.duckdbFile },
      tables,
      options: OPTIONS,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), duration * (0.4 + 0.8 * random.next()));
    const { exitCode, signal, stderr } = await child;
    clearTimeout(timer);
    runs += 1;
    if (signal === 'SIGKILL') {
      killed += 1;
      continue;
    }
    duration = performance.now() - started;
    if (exitCode !== 0) complain(stderr);
  }
  return { runs, killed, excused, complaints };
}

/** What it complains of, or null. A server that is not there is no error of the check. */
async function runOnce(extraction: Extraction, tables: readonly TableSpec[]): Promise<string | null> {
  try {
    const { failures } = await extraction.run(tables, OPTIONS);
    return failures.length === 0 ? null : failures.map(({ error }) => error.message).join('\n');
  } catch (error) {
    if (error instanceof TidemarkError) return error.message;
    throw error;
  }
}

async function countRows(connection: Connection, tables: readonly TableSpec[]): Promise<number> {
  const counts = tables.map(({ table }) => `(SELECT COUNT(*) FROM ${table})`).join(' + ');
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${counts} AS count`);
  return Number(rows[0]?.['count'] ?? 0);
}
