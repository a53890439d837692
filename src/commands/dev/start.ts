import type { Output } from '../../output.ts';
import type { MainJobSummary, Movement } from '../../dev/main-job.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import { defineCommand } from '../command.ts';
import { naturalNumberOr } from '../number-options.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';

export const devStartCommand = defineCommand({
  command: 'start',
  describe: 'Run the whole job on sample data: servers, indexes, extract-load, verification',
  examples: [['$0 dev start --rows 2000000', 'With two million orders and page views']],
  options: (parser) =>
    sinkOption(parser)
      .option('rows', { ...naturalNumberOr(100_000), describe: 'Rows of the largest sample tables' })
      .option('seed', {
        ...naturalNumberOr(1),
        describe: 'Random seed: the same number gives the same data',
      }),
  async handler(context, options) {
    const [{ runMainJob }, { MigrationProgress }, { ExtractProgress }] = await Promise.all([
      import('../../dev/main-job.ts'),
      import('../migrate/progress.ts'),
      import('../extract-load/progress.ts'),
    ]);
    using migrationProgress = new MigrationProgress(context);
    using extractProgress = new ExtractProgress(context);
    const summary = await runMainJob(context, {
      rows: options.rows,
      seed: options.seed,
      sink: selectedSink(context, options),
      observeMigration: (database) => migrationProgress.observer(database),
      observeExtraction: extractProgress.observe,
    });
    context.output.result({ command: 'dev start', ...summary }, () => renderSummary(summary, context.output));
    return summary.verification.ok ? 0 : 1;
  },
});

function renderSummary(summary: MainJobSummary, { colors }: Output): string {
  const { sampleRows, migrations, first, changedRows, incremental, verification, files } = summary;
  const built = migrations.reduce((sum, result) => sum + result.migrations.length, 0);
  const verdict = verification.ok ? colors.green('all there and used') : colors.red('see the report');
  return [
    '',
    colors.bold('tidemark did the whole job'),
    `  servers      ${migrations.map(({ database, server }) => `${database} on ${server}`).join(', ')}`,
    `  sample data  ${formatCount(sampleRows.total)} rows, ${sampleRows.inserted === 0 ? 'all there already' : `${formatCount(sampleRows.inserted)} new`}`,
    `  indexes      ${verification.found} of ${verification.expected}, ${built === 0 ? 'there already' : `${built} built now`}; ${verdict}`,
    `  extract-load ${describeMovement(first)}`,
    `  and again    ${describeMovement(incremental)}, after ${formatCount(changedRows)} rows were changed`,
    `  files        ${files.sink} (rows and watermarks), ${files.report} (verification)`,
    `  time         ${formatSeconds(summary.seconds)}`,
    '',
    'Next:',
    '  npm run migrate:status                        the state of each index',
    '  npm run extract-load                          move what changed since',
    '  npm run verify -- --full --html verify.html   indexes, plans, benchmark, usage: a page to look at',
    ...(summary.localServer ? ['  npm run db:down                               stop the local server'] : []),
    'Your own databases: "Your own databases" in README.md.',
  ].join('\n');
}

function describeMovement({ rows, tables, snapshots, seconds }: Movement): string {
  const how = snapshots === 0 ? 'only what changed' : `${snapshots} loaded whole`;
  return `${formatCount(rows)} rows of ${tables} tables (${how}) in ${formatSeconds(seconds)}`;
}
