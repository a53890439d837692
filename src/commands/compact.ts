import path from 'node:path';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import type { SinkSpec } from '../sinks/open-sink.ts';
import type { TableName } from '../sinks/sink.ts';
import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { selectedSink, sinkOption } from './sink-selection.ts';
import { tableOption } from './table-selection.ts';

export const compactCommand = defineCommand({
  command: 'compact',
  describe: 'Compact Parquet files to the current version of each row',
  examples: [['$0 compact --db business --table order_tab', '']],
  options: (parser) => tableOption(sinkOption(databaseOptions(parser))),
  async handler(context, options) {
    const spec = selectedSink(context, options, 'parquet');
    const names = new Set(databasesToRead(context.project, options).map(({ name }) => name));
    const held = await heldTables(spec);
    const tables = held.filter(
      ({ database, table }) => names.has(database) && (options.table?.includes(table) ?? true),
    );
    const unknown = (options.table ?? []).filter((name) => !tables.some(({ table }) => table === name));
    if (unknown.length > 0) {
      const place = path.relative(context.project.directory, spec.location);
      throw new UsageError(`no table ${unknown.map((name) => `"${name}"`).join(', ')} in ${place}`, {
        hint: `npm run watermarks -- --sink ${spec.kind} lists what is there`,
      });
    }
    const compactions = tables.length === 0 ? [] : await compact(spec, tables);
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

/** Looked up without opening the sink to write it, which would make one where there is none. */
async function heldTables(spec: SinkSpec): Promise<readonly TableName[]> {
  const { openStates } = await import('../sinks/open-sink.ts');
  await using states = await openStates(spec);
  return await states.states();
}

async function compact(spec: SinkSpec, tables: readonly TableName[]) {
  const { openSink } = await import('../sinks/open-sink.ts');
  await using sink = await openSink(spec);
  if (sink.compact === null) {
    throw new UsageError(`a ${spec.kind} sink needs no compacting`, {
      hint: 'name the sink to compact: --sink',
    });
  }
  return await sink.compact(tables);
}
