import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { engineOptions, toEngineOptions } from './engine-options.ts';
import { printMigrateResults } from './results.ts';

export const migrateAdoptCommand = defineCommand({
  command: 'adopt',
  describe: 'Adopt indexes that were made by hand: record them, build nothing',
  examples: [['$0 migrate adopt --all --dry-run', 'Show what would be adopted']],
  options: (parser) =>
    engineOptions(databaseOptions(parser))
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print what would be adopted; change nothing',
      })
      .option('adopt-equivalent', {
        type: 'boolean',
        default: false,
        describe: 'Also adopt an equivalent index under another name',
      }),
  async handler(context, options) {
    const [{ migrateEach }, { migrateAdopt }, { MigrationProgress }] = await Promise.all([
      import('./migrate-each.ts'),
      import('../../migrations/migrate-adopt.ts'),
      import('./progress.ts'),
    ]);
    const selected = databasesToChange(context.project, options);
    return context.withDatabases(selected, async (opened) => {
      using progress = new MigrationProgress(context);
      const results = await migrateEach(context, opened, options.dryRun, (target, dryRun) =>
        migrateAdopt({
          database: target.database,
          migrations: target.migrations,
          options: {
            ...toEngineOptions(options),
            dryRun,
            adoptEquivalent: options.adoptEquivalent,
          },
          observe: progress.observer(target.name),
          signal: context.signal,
          toolVersion: VERSION,
        }),
      );
      return printMigrateResults(context, 'migrate adopt', results, options);
    });
  },
});
