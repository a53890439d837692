import { UsageError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { extractedTables } from '../extracted-tables.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { tableOption } from '../table-selection.ts';
import { adviseByMigrations } from './advise-index.ts';
import { runOptions, toExtractOptions } from './options.ts';

export const extractLoadCommand = defineCommand({
  command: 'extract-load',
  describe: 'Move the rows that changed since the last run',
  examples: [
    ['$0 extract-load', 'Every table of every database'],
    ['$0 extract-load --db business --table order_tab --dry-run', 'What would be read, from which watermark'],
  ],
  options: (parser) =>
    runOptions(tableOption(sinkOption(databaseOptions(parser))))
      .option('detect-deletes', {
        choices: ['mark', 'remove'] as const,
        describe: 'Then compare keys, and mark or remove rows that the source no longer has',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Show what would be read and from which watermark; read and write nothing',
      }),
  async handler(context, options) {
    const { project, signal } = context;
    const sinkSpec = selectedSink(context, options);
    if (options.detectDeletes !== undefined && sinkSpec.kind === 'parquet') {
      throw new UsageError('--detect-deletes needs a DuckDB sink: Parquet files are not changed in place', {
        hint: '--full-refresh replaces a table of Parquet files by what the source has',
      });
    }
    const extractOptions = toExtractOptions(options, context.environment);
    return context.withDatabases(databasesToRead(project, options), async (opened) => {
      const databases = await extractedTables(context, opened, options);
      const adviseIndex = adviseByMigrations(context, opened);
      if (options.dryRun) {
        const { dryRun } = await import('./dry-run.ts');
        return dryRun(context, { databases, sinkSpec, options: extractOptions, adviseIndex });
      }
      const [{ openSink }, { extractLoad }, { ExtractProgress }, { printReport }, { detectDeletes }] =
        await Promise.all([
          import('../../pipeline/sinks/open-sink.ts'),
          import('../../pipeline/extract-load.ts'),
          import('./progress.ts'),
          import('./report.ts'),
          import('./detect-deletes.ts'),
        ]);
      await using sink = await openSink(sinkSpec);
      using progress = new ExtractProgress(context);
      const report = await extractLoad({
        databases,
        sink,
        options: extractOptions,
        adviseIndex,
        observe: progress.observe,
        signal,
      });
      for (const run of report.runs) context.telemetry.metrics.extracted(run);
      const deletes =
        options.detectDeletes === undefined
          ? []
          : await detectDeletes({ databases, sink, report, action: options.detectDeletes, signal });
      return printReport(context, { report, deletes }, options.verbose);
    });
  },
});
