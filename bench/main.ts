/**
 * `npm run bench`: builds the package, starts a MySQL and a MariaDB of its own, and prints a table for each benchmark.
 * README.md beside this file says what they measure.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import yargs from 'yargs';
import type { ServerFlavour } from '../src/databases/server.ts';
import { TidemarkError, UsageError } from '../src/errors.ts';
import { prepareSoftware } from '../test/support/servers/software.ts';
import type { Benchmark } from './benchmark.ts';
import { clickhouse } from './benchmarks/clickhouse.ts';
import { memory } from './benchmarks/memory.ts';
import { incremental } from './benchmarks/incremental.ts';
import { indexBuild } from './benchmarks/index-build.ts';
import { manyTables } from './benchmarks/many-tables.ts';
import { postgres } from './benchmarks/postgres.ts';
import { snapshot } from './benchmarks/snapshot.ts';
import { start } from './benchmarks/start.ts';
import { keptDirectory, temporaryDirectory } from './lib/bench-directory.ts';
import { describeMachine } from './lib/machine.ts';
import { requireMeasuring } from './lib/measure.ts';
import { writeFigures } from './lib/readme.ts';
import { renderText } from './lib/report-table.ts';
import { runBenchmarks } from './lib/run-benchmarks.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '..');
const BENCHMARKS: readonly Benchmark[] = [
  snapshot,
  postgres,
  clickhouse,
  incremental,
  start,
  manyTables,
  memory,
  indexBuild,
];
const FLAVOURS: readonly ServerFlavour[] = ['mysql', 'mariadb'];
const FULL = { servers: FLAVOURS, rows: 2_000_000, repeat: 5, growth: [200_000, 2_000_000, 20_000_000] };
/** Under a minute for all of them: it shows that they work, and what the figures look like. */
const QUICK = { servers: ['mariadb'] as const, rows: 20_000, repeat: 1, growth: [20_000, 200_000] };

const options = await yargs(process.argv.slice(2))
  .scriptName('npm run bench --')
  .usage('$0 [benchmark…]\n\n' + BENCHMARKS.map(({ name, describe }) => `${name}: ${describe}`).join('\n'))
  .option('full', {
    type: 'boolean',
    default: false,
    describe: 'Two million rows, five times; half an hour to an hour',
  })
  .option('rows', { type: 'number', describe: 'Rows of the largest sample tables' })
  .option('repeat', { type: 'number', describe: 'How often each contender runs' })
  .option('growth', { type: 'number', array: true, describe: 'Sizes that "memory" compares' })
  .option('server', {
    choices: FLAVOURS,
    array: true,
    describe: 'On which servers; by default MariaDB, with --full both',
  })
  .option('json', { type: 'string', requiresArg: true, describe: 'Write every sample to this file' })
  .option('readme', { type: 'boolean', default: false, describe: 'Put the tables into bench/README.md' })
  .option('directory', {
    type: 'string',
    requiresArg: true,
    describe: 'Keep servers and sample there for the next run; otherwise nothing is left',
  })
  .option('peers', {
    type: 'string',
    requiresArg: true,
    default: path.join('.tidemark', 'bench-peers'),
    describe: 'Where chdb and a Python environment were installed for the comparison',
  })
  .strictOptions()
  .help()
  .version(false)
  .parseAsync();

try {
  await main();
} catch (error) {
  if (!(error instanceof TidemarkError)) throw error;
  for (const line of [`error: ${error.message}`, ...error.hints]) console.error(line);
  process.exitCode = error.exitCode;
}

async function main(): Promise<void> {
  const unknown = options._.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) throw new UsageError(`no such benchmark: ${unknown.join(', ')}`);
  await requireMeasuring();

  const software = await prepareSoftware({
    projectDirectory: REPOSITORY,
    environment: process.env,
    report,
  });
  const defaults = options.full ? FULL : QUICK;
  await using directory =
    options.directory === undefined
      ? await temporaryDirectory()
      : await keptDirectory(path.resolve(options.directory));
  const run = await runBenchmarks({
    benchmarks: BENCHMARKS.filter(({ name }) => options._.length === 0 || options._.includes(name)),
    software: (options.server ?? defaults.servers).map((flavour) => software[flavour]),
    settings: {
      rows: options.rows ?? defaults.rows,
      repeat: options.repeat ?? defaults.repeat,
      growth: options.growth ?? defaults.growth,
    },
    directory: directory.path,
    peersDirectory: path.resolve(options.peers),
    report,
  });

  const tables = run.reports.flatMap((done) => done.tables);
  const machine = describeMachine(run.servers);
  console.log([machine, ...tables.map(renderText)].join('\n\n'));
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ machine, ...run }, null, 2)}\n`);
  }
  if (options.readme) await writeFigures(machine, tables);
}

function report(line: string): void {
  console.error(line);
}
