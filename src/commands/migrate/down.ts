import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { parseDuration } from '../duration-option.ts';
import { naturalNumber } from '../number-options.ts';
import { sinkOption } from '../sink-selection.ts';
import { engineOptions, toEngineOptions } from './engine-options.ts';
import { toWindow, windowOptions } from './gate-options.ts';
import { printMigrateResults } from './results.ts';

export const migrateDownCommand = defineCommand({
  command: 'down',
  describe: 'Roll back the last applied migration, or more',
  examples: [
    ['$0 migrate down --db business', 'Undo the last one'],
    [
      '$0 migrate down --db business --to 20261123000006_order_tab_idx_create_time',
      'Undo it and all later ones',
    ],
    ['$0 migrate down --all --all-migrations', 'Undo everything'],
  ],
  options: (parser) =>
    windowOptions(engineOptions(sinkOption(databaseOptions(parser))))
      .option('step', { ...naturalNumber, describe: 'Roll back this many (default: 1)' })
      .option('to', { type: 'string', requiresArg: true, describe: 'Roll back to before this migration' })
      .option('all-migrations', { type: 'boolean', describe: 'Roll back every applied migration' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print what would be done; change nothing',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Drop an index even if an extraction uses it or it was changed by hand',
      })
      .option('soak', {
        type: 'string',
        requiresArg: true,
        describe: 'Hide the index now and drop it in a later run, after this time: 7d',
        coerce: parseDuration,
      })
      .conflicts({ step: ['to', 'all-migrations'], to: 'all-migrations' }),
  async handler(context, options) {
    const [{ migrateEach }, { migrateDown }, { MigrationProgress }, { dependentIndexes }] = await Promise.all(
      [
        import('./migrate-each.ts'),
        import('../../migrations/migrate-down.ts'),
        import('./progress.ts'),
        import('./dependent-indexes.ts'),
      ],
    );
    const selected = databasesToChange(context.project, options);
    const window = await toWindow(options);
    return context.withDatabases(selected, async (opened) => {
      using progress = new MigrationProgress(context);
      const results = await migrateEach(context, opened, options.dryRun, async (target, dryRun) =>
        migrateDown({
          database: target.database,
          migrations: target.migrations,
          dependents: await dependentIndexes(context, target, options),
          options: {
            ...toEngineOptions(options),
            step: options.step ?? null,
            to: options.to ?? null,
            all: options.allMigrations === true,
            dryRun,
            force: options.force,
            soakSeconds: options.soak ?? null,
            window,
          },
          observe: progress.observer(target.name),
          signal: context.signal,
          toolVersion: VERSION,
        }),
      );
      return printMigrateResults(context, 'migrate down', results, options);
    });
  },
});
