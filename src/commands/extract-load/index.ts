import type { SinkSpec } from '../../sinks/open-sink.ts';
import { defineCommand } from '../command.ts';
import { refuseContradictions } from '../contradictions.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { extractedTables } from '../extracted-tables.ts';
import { naturalNumberOr } from '../number-options.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { tableOption } from '../table-selection.ts';
import { adviseByMigrations } from './advise-index.ts';
import { refuseEmptyWindow, RUN_CONTRADICTIONS, runOptions, toExtractOptions } from './options.ts';
import { OPTION_GROUPS } from '../option-groups.ts';

export const extractLoadCommand = defineCommand({
  command: 'extract-load',
  describe: 'Extract the rows that changed since the last run and load them into the sink',
  examples: [
    ['$0 extract-load', 'Every table of every database'],
    ['$0 extract-load --db business --table order_tab --dry-run', 'What would be read, from which watermark'],
  ],
  options: (parser) =>
    sinkOption(runOptions(tableOption(databaseOptions(parser))))
      .option('detect-deletes', {
        group: OPTION_GROUPS.what,
        choices: ['mark', 'remove'] as const,
        describe: 'Afterwards compare keys and mark or remove rows deleted at the source',
      })
      .option('wait', {
        group: OPTION_GROUPS.where,
        ...naturalNumberOr(0),
        describe: 'Seconds to wait for another process that is writing to the sink',
      })
      .option('dry-run', {
        group: OPTION_GROUPS.what,
        type: 'boolean',
        default: false,
        describe: 'Show what would be read, from which watermark; move nothing',
      }),
  async handler(context, options) {
    const { project, signal } = context;
    refuseContradictions(options, [
      ...RUN_CONTRADICTIONS,
      ['dryRun', 'detectDeletes', 'a dry run compares and changes nothing'],
    ]);
    refuseEmptyWindow(options);
    const sinkSpec = selectedSink(context, options);
    const extractOptions = toExtractOptions(options, context.environment);
    const loading = options.dryRun ? null : loadRun(sinkSpec);
    // Awaited below, unless the databases fail first: then that is what is reported.
    loading?.catch(() => undefined);
    return context.withDatabases(databasesToRead(project, options), async (opened) => {
      const databases = await extractedTables(context, opened, options);
      const adviseIndex = adviseByMigrations(context, opened);
      if (loading === null) {
        const { dryRun } = await import('./dry-run.ts');
        return dryRun(context, { databases, sinkSpec, options: extractOptions, adviseIndex });
      }
      const { openSinkWhenFree, extractLoad, ExtractProgress, printReport, detectDeletes, refuseChangeLogs } =
        await loading;
      if (options.detectDeletes !== undefined) refuseChangeLogs(databases, options.append);
      await using sink = await openSinkWhenFree(sinkSpec, {
        seconds: options.wait,
        signal,
        onHeld: ({ message }) => context.output.note(`waiting: ${message}`),
      });
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

/** Loads what a run needs, the sink's heavy driver too: there is time for it while the databases are being opened. */
async function loadRun(sinkSpec: SinkSpec) {
  const [{ loadSink }, { openSinkWhenFree }, { extractLoad }, { ExtractProgress }, { printReport }, deletes] =
    await Promise.all([
      import('../../sinks/open-sink.ts'),
      import('../../sinks/wait-for-sink.ts'),
      import('../../pipeline/run/extract-load.ts'),
      import('./progress.ts'),
      import('./report.ts'),
      import('./detect-deletes.ts'),
    ]);
  await loadSink(sinkSpec);
  return { openSinkWhenFree, extractLoad, ExtractProgress, printReport, ...deletes };
}
