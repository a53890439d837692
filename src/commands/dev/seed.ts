import path from 'node:path';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { defineCommand } from '../command.ts';
import { formatCount, formatSeconds } from '../../format.ts';

export const devSeedCommand = defineCommand({
  command: 'seed',
  describe: 'Create the sample tables and fill them; refuses tables that are not the sample',
  examples: [['$0 dev seed --all --rows 2000000', 'Two million orders and page views']],
  options: (parser) =>
    databaseOptions(parser)
      .option('rows', {
        type: 'number',
        default: 100_000,
        requiresArg: true,
        describe: 'Rows of the largest table, 1,000 to 100,000,000',
      })
      .option('seed', {
        type: 'number',
        default: 1,
        requiresArg: true,
        describe: 'The same number gives the same data',
      }),
  async handler(context, options) {
    const { seedDatabase } = await import('../../dev/seed.ts');
    const selected = databasesToChange(context.project, options);
    const seedsDirectory = path.join(context.project.directory, 'seeds');
    const databases = await context.withDatabases(selected, (opened) =>
      Promise.all(
        opened.map(async ({ name, config, database }) => ({
          database: name,
          ...(await seedDatabase({
            knex: database.knex,
            databaseName: name,
            seedsDirectory,
            loadModule: context.project.loadModule,
            rows: options.rows,
            seed: options.seed,
            ...(config.tablePrefix === null ? {} : { tablePrefix: config.tablePrefix.actual }),
            report: context.output.note,
          })),
        })),
      ),
    );
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
