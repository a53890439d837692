import path from 'node:path';
import { selectDatabases } from '../../config/project.ts';
import { defineCommand } from '../command.ts';
import { splitNames } from '../database-selection.ts';

export const migrateCreateCommand = defineCommand({
  command: 'create',
  describe: 'Write a migration file for one index',
  examples: [
    ['$0 migrate create --db business --table order_tab --columns update_time', 'idx_update_time'],
    ['$0 migrate create --db business --table user --index idx_name --columns "name(10), id DESC"', ''],
  ],
  options: (parser) =>
    parser
      .option('db', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Database, a key of knexfile.ts',
      })
      .option('table', { type: 'string', requiresArg: true, demandOption: true, describe: 'Table' })
      .option('columns', {
        type: 'string',
        array: true,
        requiresArg: true,
        demandOption: true,
        describe: 'Columns in order, separated by commas: name, name(10), name DESC',
        coerce: splitNames,
      })
      .option('index', {
        type: 'string',
        requiresArg: true,
        describe: 'Name of the index (default: idx_<columns>)',
      })
      .option('unique', { type: 'boolean', default: false, describe: 'A unique index' })
      .option('description', { type: 'string', requiresArg: true, describe: 'Why the index exists' }),
  async handler({ project, output }, options) {
    const { createMigration } = await import('../../migrations/create-migration.ts');
    const [projectDatabase] = selectDatabases(project, [options.db]);
    const created = await createMigration({
      projectDatabase: projectDatabase!,
      table: options.table,
      columns: options.columns ?? [],
      unique: options.unique,
      ...(options.index === undefined ? {} : { index: options.index }),
      ...(options.description === undefined ? {} : { description: options.description }),
    });
    const file = path.relative(project.directory, created.file);
    output.result(
      { command: 'migrate create', database: options.db, migration: created.migration, file },
      () => `Wrote ${file}\nNext: npm run migrate:plan -- --db=${options.db}`,
    );
  },
});
