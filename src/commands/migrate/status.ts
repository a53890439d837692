import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { formatSeconds } from '../../format.ts';

const COLORS = {
  applied: 'green',
  adopted: 'green',
  pending: 'yellow',
  building: 'yellow',
  dropping: 'yellow',
  failed: 'red',
  edited: 'red',
  orphan: 'red',
} as const;

export const migrateStatusCommand = defineCommand({
  command: 'status',
  describe: 'Show the state of every migration; read-only, takes no lock',
  examples: [
    ['$0 migrate status', 'All databases'],
    ['$0 migrate status --db business --exit-code', 'In CI: exit 1 unless everything is applied'],
  ],
  options: (parser) =>
    databaseOptions(parser).option('exit-code', {
      type: 'boolean',
      default: false,
      describe: 'Exit with 1 unless every migration is applied or adopted',
    }),
  async handler(context, options) {
    const [{ loadMigrations }, { migrateStatus }] = await Promise.all([
      import('../../migrations/load-migrations.ts'),
      import('../../migrations/migrate-status.ts'),
    ]);
    const { output, project } = context;
    const databases = await context.withDatabases(databasesToRead(project, options), (opened) =>
      Promise.all(
        opened.map(async (target) =>
          migrateStatus({
            database: target.database,
            migrations: await loadMigrations(project, target, target.config.tablePrefix),
          }),
        ),
      ),
    );
    output.result({ databases }, () =>
      databases
        .map(({ database, server, migrations }) =>
          [
            output.colors.bold(`${database} (${server})`),
            migrations.length === 0
              ? 'no migrations'
              : output.table([
                  ['migration', 'index', 'columns', 'state', 'applied at', 'time'],
                  ...migrations.map((migration) => [
                    migration.migration,
                    `${migration.table}.${migration.index}`,
                    migration.columns.join(', '),
                    output.colors[COLORS[migration.state]](
                      migration.state +
                        (migration.hidden ? ', hidden' : '') +
                        (migration.outOfOrder ? ', out of order' : ''),
                    ),
                    migration.appliedAt ?? '',
                    migration.seconds === null ? '' : formatSeconds(migration.seconds),
                  ]),
                ]),
            ...migrations.flatMap(({ migration, error }) =>
              error === null ? [] : [`${migration}: ${error}`],
            ),
          ].join('\n'),
        )
        .join('\n\n'),
    );
    const settled = databases.every(({ migrations }) =>
      migrations.every(({ state }) => state === 'applied' || state === 'adopted'),
    );
    return options.exitCode && !settled ? 1 : 0;
  },
});
