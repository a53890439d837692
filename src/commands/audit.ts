import type { StateReader } from '../sinks/sink.ts';
import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { extractedTables } from './extracted-tables.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';
import { tableOption } from './table-selection.ts';

export const auditCommand = defineCommand({
  command: 'audit',
  describe: 'Check whether the cursor of each table can be trusted',
  examples: [
    [
      '$0 audit --db business',
      'NULLs, ties, future times, no ON UPDATE, missing index, rows that changed without their cursor',
    ],
  ],
  options: (parser) =>
    tableOption(sinkOption(databaseOptions(parser))).option('exit-code', {
      type: 'boolean',
      default: false,
      describe: 'Exit with 1 if anything was found',
    }),
  async handler(context, options) {
    const [{ openSink, openStates }, { audit }] = await Promise.all([
      import('../sinks/open-sink.ts'),
      import('../pipeline/compare/audit.ts'),
    ]);
    const spec = selectedSink(context, options);
    const findings = await context.withDatabases(
      databasesToRead(context.project, options),
      async (opened) => {
        const databases = await extractedTables(context, opened, options);
        // An audit makes no sink: before the first load there is nothing to compare with.
        const isThere = await holdsTables(openStates(spec));
        await using sink = isThere ? await openSink(spec) : null;
        return await audit({ databases, sink, signal: context.signal });
      },
    );
    context.output.result({ command: 'audit', findings }, () =>
      findings.length === 0
        ? 'no problems found with any cursor'
        : findings
            .map(({ database, table, kind, advice }) => `${database}.${table}: ${kind}: ${advice}`)
            .join('\n'),
    );
    return options.exitCode && findings.length > 0 ? 1 : 0;
  },
});

/** Whether a sink holds anything. */
async function holdsTables(opening: Promise<StateReader>): Promise<boolean> {
  await using states = await opening;
  return (await states.states()).length > 0;
}
