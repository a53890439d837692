import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { sinkOption } from '../sink-selection.ts';
import { engineOptions, toEngineOptions } from './engine-options.ts';
import { printMigrateResults } from './results.ts';

export const migratePublishCommand = defineCommand({
  command: 'publish',
  describe: 'Make hidden indexes visible once their extraction is proven to use them',
  examples: [
    ['$0 migrate up --db business --hidden', 'First build them hidden'],
    ['$0 migrate publish --db business', 'Then show them'],
  ],
  options: (parser) =>
    engineOptions(sinkOption(databaseOptions(parser)))
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print what would be done; change nothing',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Publish without proof' }),
  async handler(context, options) {
    const [{ migrateEach }, { migratePublish }, { MigrationProgress }, { prove }] = await Promise.all([
      import('./migrate-each.ts'),
      import('../../migrations/migrate-publish.ts'),
      import('./progress.ts'),
      import('./prove.ts'),
    ]);
    const selected = databasesToChange(context.project, options);
    return context.withDatabases(selected, async (opened) => {
      using progress = new MigrationProgress(context);
      const results = await migrateEach(context, opened, options.dryRun, (target, dryRun) =>
        migratePublish({
          database: target.database,
          migrations: target.migrations,
          prove: (entry) => prove(context, target, { entry, sink: options }),
          options: { ...toEngineOptions(options), dryRun, force: options.force },
          observe: progress.observer(target.name),
          signal: context.signal,
          toolVersion: VERSION,
        }),
      );
      return printMigrateResults(context, 'migrate publish', results, options);
    });
  },
});
