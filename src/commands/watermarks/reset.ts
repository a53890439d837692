import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { tableOption } from '../table-selection.ts';
import { printWatermarks } from './print.ts';

export const watermarksResetCommand = defineCommand({
  command: 'reset',
  describe: 'Reset watermarks: the next run reloads the tables from scratch',
  examples: [['$0 watermarks reset --db business --table order_tab', '']],
  options: (parser) => tableOption(sinkOption(databaseOptions(parser))),
  async handler(context, options) {
    const [{ loadTables, selectTables }, { openSink }, { resetWatermarks }] = await Promise.all([
      import('../../pipeline/source/load-tables.ts'),
      import('../../sinks/open-sink.ts'),
      import('../../pipeline/run/watermarks.ts'),
    ]);
    const configured = context.configure(databasesToChange(context.project, options));
    await using sink = await openSink(selectedSink(context, options));
    const removed = [];
    for (const target of configured) {
      const tables = await loadTables(context.project, target, target.config.tablePrefix);
      const names = selectTables(tables, options.table ?? []).map((table) => table.target);
      removed.push(...(await resetWatermarks({ sink, database: target.name, tables: names })));
    }
    printWatermarks(context.output, removed, 'There was no watermark to reset.');
  },
});
