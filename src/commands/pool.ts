import { UsageError } from '../errors.ts';
import { readRunPoolReport } from '../observability/last-pool-report.ts';
import { poolStatusOf } from '../observability/pool-status-report.ts';
import { renderPoolStatus, renderRunPoolReport } from '../observability/pool-text.ts';
import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { defineGroup } from './group.ts';
import { naturalNumber } from './number-options.ts';

const statusCommand = defineCommand({
  command: 'status',
  describe: 'Pool settings, the server’s connections by client, and conflicts between them',
  examples: [
    ['$0 pool status', 'Every database'],
    ['$0 pool status --db business --processes 4', 'As if four processes of tidemark ran at once'],
  ],
  options: (parser) =>
    databaseOptions(parser).option('processes', {
      ...naturalNumber,
      describe: 'Processes of tidemark that run at once, for the arithmetic (1)',
    }),
  handler: async (context, options) => {
    const { output, project } = context;
    const processes = options.processes ?? 1;
    const databases = await context.withDatabases(databasesToRead(project, options), (opened) => {
      const all = opened.map(({ config }) => config);
      return Promise.all(opened.map(({ database }) => poolStatusOf(database, { all, processes })));
    });
    output.result({ databases }, () => renderPoolStatus(databases, output));
  },
});

const reportCommand = defineCommand({
  command: 'report',
  describe: 'How the last run used its pools',
  examples: [['$0 pool report --json', 'With the histogram and the samples']],
  options: (parser) => parser,
  handler: async ({ output, project }) => {
    const report = await readRunPoolReport(project.directory);
    if (report === null) {
      throw new UsageError('there is no report yet', {
        hint: 'a run writes one when it ends, such as "tidemark extract-load"',
      });
    }
    output.result(report, () => renderRunPoolReport(report, output));
  },
});

export const poolCommand = defineGroup({
  command: 'pool',
  describe: 'Connection pools: settings, use and leaks',
  commands: [statusCommand, reportCommand],
});
