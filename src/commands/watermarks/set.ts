import { defineCommand } from '../command.ts';
import { extractedTables } from '../extracted-tables.ts';
import { selectDatabases } from '../../config/project.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { printWatermarks } from './print.ts';

export const watermarksSetCommand = defineCommand({
  command: 'set',
  describe: 'Set a watermark: the next run reads rows at or after this cursor value',
  examples: [['$0 watermarks set --db business --table order_tab --value "2025-12-01 00:00:00"', '']],
  options: (parser) =>
    sinkOption(parser)
      .option('db', { type: 'string', requiresArg: true, demandOption: true, describe: 'Database' })
      .option('table', { type: 'string', requiresArg: true, demandOption: true, describe: 'Table' })
      .option('value', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Cursor value as the server writes it',
      }),
  async handler(context, options) {
    const [{ openSink }, { setWatermark }] = await Promise.all([
      import('../../sinks/open-sink.ts'),
      import('../../pipeline/run/watermarks.ts'),
    ]);
    const watermark = await context.withDatabases(
      selectDatabases(context.project, [options.db]),
      async (opened) => {
        const [{ database, tables }] = (await extractedTables(context, opened, {
          db: [options.db],
          table: [options.table],
        })) as [Awaited<ReturnType<typeof extractedTables>>[number]];
        await using sink = await openSink(selectedSink(context, options));
        return await setWatermark({ sink, database, table: tables[0]!, value: options.value });
      },
    );
    printWatermarks(context.output, [watermark], '');
  },
});
