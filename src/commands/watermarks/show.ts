import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { extractedTables } from '../extracted-tables.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { printWatermarks } from './print.ts';

export const watermarksShowCommand = defineCommand({
  command: ['show', '$0'],
  describe: 'Show the watermark of every table and how far it lags',
  examples: [['$0 watermarks show --db business', '']],
  options: (parser) => sinkOption(databaseOptions(parser)),
  async handler(context, options) {
    const [{ openStates }, { showWatermarks }] = await Promise.all([
      import('../../sinks/open-sink.ts'),
      import('../../pipeline/run/watermarks.ts'),
    ]);
    const watermarks = await context.withDatabases(
      databasesToRead(context.project, options),
      async (opened) => {
        const databases = await extractedTables(context, opened, { db: options.db, table: undefined });
        await using states = await openStates(selectedSink(context, options));
        return await showWatermarks({ states, databases });
      },
    );
    printWatermarks(context.output, watermarks, 'Nothing was extracted yet.');
  },
});
