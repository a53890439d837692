import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToChange } from '../database-selection.ts';
import { naturalNumber } from '../number-options.ts';
import { engineOptions, toEngineOptions } from './engine-options.ts';
import { gateOptions, toGateOptions } from './gate-options.ts';
import { planOptions, toPlanOptions } from './plan-options.ts';
import { printMigrateResults } from './results.ts';

export const migrateUpCommand = defineCommand({
  command: 'up',
  describe: 'Build the indexes of pending migrations, one ALTER TABLE per table',
  examples: [
    ['$0 migrate up --db business', 'Apply everything that is pending'],
    ['$0 migrate up --all --dry-run', 'Show the statements, change nothing'],
  ],
  options: (parser) =>
    gateOptions(engineOptions(planOptions(databaseOptions(parser))))
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: 'Apply migrations up to and including this one',
      })
      .option('step', { ...naturalNumber, describe: 'Apply at most this many' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Print what would be done; change nothing',
      }),
  async handler(context, options) {
    const [{ migrateEach }, { migrateUp }, { MigrationProgress }] = await Promise.all([
      import('./migrate-each.ts'),
      import('../../migrations/migrate-up.ts'),
      import('./progress.ts'),
    ]);
    const selected = databasesToChange(context.project, options);
    const gates = await toGateOptions(options);
    return context.withDatabases(selected, async (opened) => {
      using progress = new MigrationProgress(context);
      const results = await migrateEach(context, opened, options.dryRun, (target, dryRun) =>
        migrateUp({
          database: target.database,
          migrations: target.migrations,
          options: {
            ...toEngineOptions(options),
            ...toPlanOptions(options),
            ...gates,
            to: options.to ?? null,
            step: options.step ?? null,
            dryRun,
          },
          observe: progress.observer(target.name),
          signal: context.signal,
          toolVersion: VERSION,
        }),
      );
      return printMigrateResults(context, 'migrate up', results, options);
    });
  },
});
