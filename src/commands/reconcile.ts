import { formatCount, formatSeconds } from '../format.ts';
import type { Output } from '../output.ts';
import type { Reconciliation } from '../pipeline/compare/reconcile.ts';
import { defineCommand } from './command.ts';
import { maxSnapshotSeconds } from './extract-load/options.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { extractedTables } from './extracted-tables.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';
import { tableOption } from './table-selection.ts';

export const reconcileCommand = defineCommand({
  command: 'reconcile',
  describe: 'Compare sink and source by checksum and reload what differs',
  examples: [
    ['$0 reconcile --db business --table order_tab', 'Compare every column; exit 1 if anything differed'],
    ['$0 reconcile --keys --mark-deleted', 'Find rows that were deleted at the source and mark them'],
    ['$0 reconcile --dry-run', 'Report only'],
  ],
  options: (parser) =>
    tableOption(sinkOption(databaseOptions(parser)))
      .option('keys', {
        type: 'boolean',
        default: false,
        describe: 'Compare keys only: finds hard deletes',
      })
      .option('mark-deleted', {
        type: 'boolean',
        describe: 'Soft-delete: set _tidemark_deleted_at instead of removing rows',
      })
      .option('max-snapshot-seconds', maxSnapshotSeconds)
      .option('dry-run', { type: 'boolean', describe: 'Report what differs and change nothing' })
      .conflicts('dry-run', 'mark-deleted'),
  async handler(context, options) {
    const [{ openSink }, { reconcile }] = await Promise.all([
      import('../sinks/open-sink.ts'),
      import('../pipeline/compare/reconcile.ts'),
    ]);
    const action = options.dryRun === true ? 'report' : options.markDeleted === true ? 'mark' : 'mend';
    const reconciliations = await context.withDatabases(
      databasesToRead(context.project, options),
      async (opened) => {
        const databases = await extractedTables(context, opened, options);
        await using sink = await openSink(selectedSink(context, options));
        return await reconcile({
          databases,
          sink,
          comparison: { by: options.keys ? 'keys' : 'rows', action },
          options: {
            maskSalt: context.environment['MASK_SALT'] ?? null,
            maxSnapshotSeconds: Math.max(1, options.maxSnapshotSeconds),
          },
          signal: context.signal,
        });
      },
    );
    const ok = reconciliations.every(({ windowsDifferent }) => windowsDifferent === 0);
    context.output.result({ command: 'reconcile', reconciliations, ok }, () =>
      renderReconciliations(reconciliations, context.output),
    );
    return ok ? 0 : 1;
  },
});

/** A line per table, what was done about it, and why a table was read whole. */
export function renderReconciliations(
  reconciliations: readonly Reconciliation[],
  { table }: Pick<Output, 'table'>,
): string {
  const figures = table([
    ['table', 'compared', 'transferred', 'missing', 'extra', 'different', 'mended', 'server read', 'time'],
    ...reconciliations.map((done) => [
      `${done.database}.${done.table}`,
      formatCount(done.rowsCompared),
      formatCount(done.rowsTransferred),
      formatCount(done.missing),
      formatCount(done.extra),
      formatCount(done.different),
      done.windowsDifferent === 0 ? '' : done.mended ? 'yes' : 'no',
      formatCount(done.serverRowsRead),
      formatSeconds(done.seconds),
    ]),
  ]);
  const readWhole = reconciliations
    .filter(({ unhashedColumns }) => unhashedColumns.length > 0)
    .map(
      ({ database, table: name, unhashedColumns }) =>
        `${database}.${name}: every row was read, since the server cannot hash masked columns: ${unhashedColumns.join(', ')}`,
    );
  return [figures, ...readWhole].join('\n');
}
