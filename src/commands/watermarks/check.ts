import { UsageError } from '../../errors.ts';
import { formatSeconds } from '../../format.ts';
import type { Output } from '../../output.ts';
import type { Freshness } from '../../pipeline/run/freshness.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { parseDuration } from '../duration-option.ts';
import { extractedTables } from '../extracted-tables.ts';
import { selectedSink, sinkOption } from '../sink-selection.ts';
import { tableOption } from '../table-selection.ts';

export const watermarksCheckCommand = defineCommand({
  command: 'check',
  describe: 'Exit with 1 if what the sink has of a table is older than it may be',
  examples: [
    ['$0 watermarks check --max-lag 15m', 'A gate for CI and cron'],
    ['$0 watermarks check --max-lag 6h --table order_tab', ''],
  ],
  options: (parser) =>
    tableOption(sinkOption(databaseOptions(parser))).option('max-lag', {
      type: 'string',
      requiresArg: true,
      coerce: parseDuration,
      describe: 'How old it may be, such as 15m, 6h or 2d; for tables without a maxLag in their table file',
    }),
  async handler(context, options) {
    const [{ openStates }, { checkFreshness }] = await Promise.all([
      import('../../sinks/open-sink.ts'),
      import('../../pipeline/run/freshness.ts'),
    ]);
    const checked = await context.withDatabases(databasesToRead(context.project, options), async (opened) => {
      const databases = await extractedTables(context, opened, options);
      await using states = await openStates(selectedSink(context, options));
      return await checkFreshness({ states, databases, maxLagSeconds: options.maxLag ?? null });
    });
    if (checked.length === 0) {
      throw new UsageError('nothing to check: no table has a maxLag', {
        hint: "give --max-lag, such as 15m, or set maxLag: '15m' in the table file",
      });
    }
    const stale = checked.filter((table) => table.stale);
    context.output.result({ command: 'watermarks check', ok: stale.length === 0, tables: checked }, () =>
      renderFreshness(context.output, checked, stale.length),
    );
    return stale.length === 0 ? 0 : 1;
  },
});

function renderFreshness(output: Output, checked: readonly Freshness[], stale: number): string {
  return [
    output.table([
      ['table', 'age', 'at most', ''],
      ...checked.map((table) => [
        `${table.database}.${table.table}`,
        table.ageSeconds === null ? 'not loaded' : formatSeconds(table.ageSeconds),
        formatSeconds(table.maxLagSeconds),
        table.stale ? 'STALE' : 'fresh',
      ]),
    ]),
    stale === 0 ? `${checked.length} tables are fresh` : `${stale} of ${checked.length} tables are stale`,
  ].join('\n');
}
