import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { OpenProjectDatabase } from '../project-databases.ts';
import { InterruptedError, combineErrors } from '../errors.ts';
import { formatCount } from '../format.ts';
import type { Observe as ObserveMigration } from '../migrations/events.ts';
import { loadMigrations } from '../migrations/load-migrations.ts';
import { DEFAULT_UP_OPTIONS, migrateUp } from '../migrations/migrate-up.ts';
import type { MigrateResult } from '../migrations/result.ts';
import { extractLoad } from '../pipeline/run/extract-load.ts';
import type { ExtractedDatabase } from '../pipeline/source/describe-source.ts';
import { loadTables } from '../pipeline/source/load-tables.ts';
import { DEFAULT_OPTIONS } from '../pipeline/run/options.ts';
import type { Observe as ObserveExtraction, TableRun } from '../pipeline/run/report.ts';
import { type SinkSpec, openSink } from '../sinks/open-sink.ts';
import { FULL_CHECKS } from '../verify/checks.ts';
import { writeReports } from '../verify/report/write-reports.ts';
import { summarize } from '../verify/summary.ts';
import { verify } from '../verify/verify.ts';
import { VERSION } from '../version.ts';
import { startDevelopmentServers } from './development-servers.ts';
import { type SeedOptions, changeRows, seedDatabases } from './seed.ts';

export interface MainJobOptions {
  /** Rows of the largest sample table of each database. */
  readonly rows: number;
  readonly seed: number;
  readonly sink: SinkSpec;
  readonly observeMigration: (database: string) => ObserveMigration;
  readonly observeExtraction: ObserveExtraction;
}

/** What a first look at tidemark did; times in seconds. */
export interface MainJobSummary {
  /** Whether a server was started here, which goes on running. */
  readonly localServer: boolean;
  readonly sampleRows: { readonly total: number; readonly inserted: number };
  readonly migrations: readonly MigrateResult[];
  readonly first: Movement;
  readonly changedRows: number;
  readonly incremental: Movement;
  readonly verification: ReturnType<typeof summarize>;
  readonly files: { readonly sink: string; readonly report: string };
  readonly seconds: number;
}

export interface Movement {
  readonly rows: number;
  readonly tables: number;
  /** Of these tables, how many were loaded whole. */
  readonly snapshots: number;
  readonly seconds: number;
}

/**
 * The whole job on sample data: servers, schemas, rows, indexes, a load, some changes, an incremental load, and the proof
 * of it. What is there already is used. Refuses databases whose tables are not the sample, before anything is changed.
 */
export async function runMainJob(before: Context, options: MainJobOptions): Promise<MainJobSummary> {
  const started = performance.now();
  const { note } = before.output;
  const names = new Set((await Promise.all(before.project.databases.map(hasSeeds))).flat());
  note('1/7 servers');
  const servers = await startDevelopmentServers(
    before,
    before.project.databases.filter(({ name }) => names.has(name)),
  );
  const context = await before.reload();
  const { project, signal } = context;
  const selected = project.databases.filter(({ name }) => names.has(name));

  return context.withDatabases(selected, async (opened) => {
    note(`2/7 sample data, ${formatCount(options.rows)} rows in the largest tables`);
    const seeded = await seedAll(context, opened, options);
    throwIfInterrupted(signal);

    note('3/7 migrate up');
    const migrations = await migrateAll(context, opened, options);

    note('4/7 extract-load');
    const databases = await Promise.all(
      opened.map(async (target) => ({
        database: target.database,
        tables: await loadTables(project, target, target.config.tablePrefix),
      })),
    );
    const first = await move(databases, options, signal);

    note('5/7 changing some rows');
    const changedRows = await changeAll(context, opened, options);
    note(`${formatCount(changedRows)} rows changed; waiting until they are older than the safety lag`);
    // The bound is exclusive and the sample's times have whole seconds, hence the two more.
    await sleep((DEFAULT_OPTIONS.lagSeconds + 2) * 1000, undefined, { signal }).catch(() =>
      throwIfInterrupted(signal),
    );

    note('6/7 extract-load, incremental');
    const incremental = await move(databases, options, signal);

    note('7/7 verify --full');
    const { verification, report } = await verifyAll(context, opened, options.sink);
    return {
      localServer: servers.databases.some(({ origin }) => origin === 'local-server'),
      sampleRows: seeded,
      migrations,
      first,
      changedRows,
      incremental,
      verification,
      files: {
        sink: path.relative(project.directory, options.sink.location),
        report: path.relative(project.directory, report),
      },
      seconds: (performance.now() - started) / 1000,
    };
  });
}

async function hasSeeds(database: { readonly name: string; readonly seedsDirectory: string }) {
  const found = await stat(database.seedsDirectory).catch(() => null);
  return found?.isDirectory() === true ? [database.name] : [];
}

async function seedAll(context: Context, opened: readonly OpenProjectDatabase[], options: MainJobOptions) {
  const reports = await seedDatabases(opened.map((target) => seedOptions(context, target, options)));
  const tables = reports.flatMap((report) => report.tables);
  return {
    total: tables.reduce((sum, { rows }) => sum + rows, 0),
    inserted: tables.reduce((sum, { inserted }) => sum + inserted, 0),
  };
}

async function changeAll(context: Context, opened: readonly OpenProjectDatabase[], options: MainJobOptions) {
  // Another round changes other rows; a minute's number needs no place to be kept.
  const round = 1 + (Math.floor(Date.now() / 60_000) % 1_000_000);
  const reports = await Promise.all(
    opened.map((target) => changeRows({ ...seedOptions(context, target, options), round })),
  );
  return reports
    .flatMap((report) => report.tables)
    .reduce((sum, { updated, inserted }) => sum + updated + inserted, 0);
}

function seedOptions(
  { project, output }: Context,
  { name, config, database }: OpenProjectDatabase,
  { rows, seed }: MainJobOptions,
): SeedOptions {
  return {
    knex: database.knex,
    databaseName: name,
    seedsDirectory: path.join(project.directory, 'seeds'),
    loadModule: project.loadModule,
    rows,
    seed,
    ...(config.tablePrefix === null ? {} : { tablePrefix: config.tablePrefix.actual }),
    report: output.note,
  };
}

async function migrateAll(
  { project, signal }: Context,
  opened: readonly OpenProjectDatabase[],
  { observeMigration }: MainJobOptions,
): Promise<readonly MigrateResult[]> {
  const results: MigrateResult[] = [];
  for (const target of opened) {
    results.push(
      await migrateUp({
        database: target.database,
        migrations: await loadMigrations(project, target, target.config.tablePrefix),
        options: DEFAULT_UP_OPTIONS,
        observe: observeMigration(target.name),
        signal,
        toolVersion: VERSION,
      }),
    );
  }
  return results;
}

async function move(
  databases: readonly ExtractedDatabase[],
  { sink: spec, observeExtraction }: MainJobOptions,
  signal: AbortSignal,
): Promise<Movement> {
  const started = performance.now();
  await using sink = await openSink(spec);
  const { runs, failures } = await extractLoad({ databases, sink, observe: observeExtraction, signal });
  if (failures.length > 0) throw combineErrors(failures.map(({ error }) => error));
  return {
    rows: sumRows(runs),
    tables: runs.length,
    snapshots: runs.filter(({ mode }) => mode === 'snapshot').length,
    seconds: (performance.now() - started) / 1000,
  };
}

function sumRows(runs: readonly TableRun[]): number {
  return runs.reduce((sum, { rows }) => sum + rows, 0);
}

async function verifyAll({ project }: Context, databases: readonly OpenProjectDatabase[], spec: SinkSpec) {
  await using sink = await openSink(spec);
  const verification = await verify({
    project,
    databases,
    checks: FULL_CHECKS,
    watermarks: await sink.states(),
  });
  const report = path.join(project.directory, '.tidemark', 'reports', 'verify.json');
  await writeReports(verification, [{ format: 'json', file: report }], {
    projectDirectory: project.directory,
    runs: [],
    pools: null,
  });
  return { verification: summarize(verification), report };
}

function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}
