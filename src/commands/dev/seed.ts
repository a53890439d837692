import path from 'node:path';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { defineCommand } from '../command.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import { naturalNumberOr } from '../number-options.ts';

export const devSeedCommand = defineCommand({
  command: 'seed',
  describe: 'Create and fill the sample tables; refuses tables of anyone else',
  examples: [['$0 dev seed --all --rows 2000000', 'Two million orders and page views']],
  options: (parser) =>
    databaseOptions(parser)
      .option('rows', {
        ...naturalNumberOr(100_000),
        describe: 'Rows of the largest table, 1,000 to 100,000,000',
      })
      .option('seed', {
        ...naturalNumberOr(1),
        describe: 'Random seed: the same number gives the same data',
      }),
  async handler(context, options) {
    const { seedDatabases } = await import('../../dev/seed.ts');
    const selected = databasesToChange(context.project, options);
    const seedsDirectory = path.join(context.project.directory, 'seeds');
    const databases = await context.withDatabases(selected, async (opened) => {
      const reports = await seedDatabases(
        opened.map(({ name, config, database }) => ({
          knex: database.knex,
          databaseName: name,
          seedsDirectory,
          loadModule: context.project.loadModule,
          rows: options.rows,
          seed: options.seed,
          ...(config.tablePrefix === null ? {} : { tablePrefix: config.tablePrefix.actual }),
          report: context.output.note,
        })),
      );
      return reports.map((report, position) => ({ database: opened[position]!.name, ...report }));
    });
    context.output.result({ command: 'dev seed', databases }, () =>
      context.output.table([
        ['database', 'table', 'rows', 'new', 'time'],
        ...databases.flatMap(({ database, tables }) =>
          tables.map((table) => [
            database,
            table.table,
            formatCount(table.rows),
            formatCount(table.inserted),
            formatSeconds(table.seconds),
          ]),
        ),
      ]),
    );
  },
});
