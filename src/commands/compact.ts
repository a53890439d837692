import path from 'node:path';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';
import { tableOption } from './table-selection.ts';

export const compactCommand = defineCommand({
  command: 'compact',
  describe: 'Rewrite Parquet files to the current rows',
  examples: [['$0 compact --db business --table order_tab', '']],
  options: (parser) => tableOption(sinkOption(databaseOptions(parser))).default('sink', 'parquet' as const),
  async handler(context, options) {
    const { openParquet } = await import('../sinks/open-sink.ts');
    const spec = selectedSink(context, options);
    if (spec.kind !== 'parquet')
      throw new UsageError('a DuckDB file needs no compacting', { hint: '--sink parquet' });
    const names = new Set(databasesToRead(context.project, options).map(({ name }) => name));
    await using sink = await openParquet(spec.directory);
    const tables = (await sink.states()).filter(
      ({ database, table }) => names.has(database) && (options.table?.includes(table) ?? true),
    );
    const unknown = (options.table ?? []).filter((name) => !tables.some(({ table }) => table === name));
    if (unknown.length > 0) {
      const place = path.relative(context.project.directory, spec.directory);
      throw new UsageError(`no table ${unknown.map((name) => `"${name}"`).join(', ')} in ${place}`, {
        hint: 'npm run watermarks -- --sink parquet lists what is there',
      });
    }
    const compactions = await sink.compact(tables);
    context.output.result({ command: 'compact', compactions }, () =>
      compactions.length === 0
        ? 'nothing to compact'
        : context.output.table([
            ['table', 'files', 'rows before', 'rows after'],
            ...compactions.map(({ database, table, filesBefore, rowsBefore, rowsAfter }) => [
              `${database}.${table}`,
              formatCount(filesBefore),
              formatCount(rowsBefore),
              formatCount(rowsAfter),
            ]),
          ]),
    );
  },
});
