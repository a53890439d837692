import { formatBytes, formatCount, formatSeconds } from '../format.ts';
import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { extractedTables } from './extracted-tables.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';
import { tableOption } from './table-selection.ts';
import type { ListedTable } from '../discovery/list-tables.ts';
import type { Output } from '../output.ts';

export const tablesCommand = defineCommand({
  command: 'tables',
  describe: 'What is moved: strategy, cursor, index, size and lag of every table',
  examples: [['$0 tables --db business', '']],
  options: (parser) => tableOption(sinkOption(databaseOptions(parser))),
  async handler(context, options) {
    const [{ openStates }, { listTables }] = await Promise.all([
      import('../sinks/open-sink.ts'),
      import('../discovery/list-tables.ts'),
    ]);
    const tables = await context.withDatabases(databasesToRead(context.project, options), async (opened) => {
      const databases = await extractedTables(context, opened, options);
      await using states = await openStates(selectedSink(context, options));
      return await listTables({ databases, states });
    });
    context.output.result({ command: 'tables', tables }, () => render(context.output, tables));
  },
});

function render(output: Output, tables: readonly ListedTable[]): string {
  const faults = tables.filter(({ fault }) => fault !== null);
  return [
    output.table([
      ['table', 'strategy', 'cursor', 'index', 'rows', 'in sink', 'size', 'lag', 'age'],
      ...tables.map((table) => [
        `${table.database}.${table.table}`,
        table.strategy,
        table.cursor ?? '',
        table.indexState === 'ok' ? (table.index ?? '') : indexText(table),
        or(table.rowsEstimated, (rows) => `~${formatCount(rows)}`),
        or(table.rows, formatCount),
        or(table.bytesEstimated, formatBytes),
        or(table.lagSeconds, formatSeconds),
        or(table.ageSeconds, formatSeconds),
      ]),
    ]),
    ...faults.map(({ fault }) => fault),
  ].join('\n');
}

function indexText({ index, indexState }: ListedTable): string {
  return indexState === 'not-needed' ? '' : `${index ?? ''} (${indexState})`;
}

function or(value: number | null, format: (value: number) => string): string {
  return value === null ? '' : format(value);
}
