import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { formatSeconds } from '../../format.ts';
import { naturalNumberOr } from '../number-options.ts';

export const migrateHistoryCommand = defineCommand({
  command: 'history',
  describe: 'Show every run and migration, latest first',
  examples: [['$0 migrate history --db business --limit 20', '']],
  options: (parser) =>
    databaseOptions(parser).option('limit', {
      ...naturalNumberOr(50),
      describe: 'Maximum number of entries',
    }),
  async handler(context, options) {
    const { readHistory } = await import('../../migrations/history.ts');
    const { output } = context;
    const databases = await context.withDatabases(databasesToRead(context.project, options), (opened) =>
      Promise.all(
        opened.map(async ({ name, database }) => ({
          database: name,
          history: await readHistory(database, { limit: options.limit }),
        })),
      ),
    );
    output.result({ command: 'migrate history', databases }, () =>
      databases
        .map(({ database, history }) =>
          [
            output.colors.bold(database),
            history.length === 0
              ? 'nothing was done yet'
              : output.table([
                  ['at', 'event', 'migration', 'by', 'time', 'detail'],
                  ...history.map((entry) => [
                    entry.at,
                    entry.event,
                    entry.migration ?? '',
                    entry.executedBy,
                    entry.seconds === null ? '' : formatSeconds(entry.seconds),
                    entry.detail ?? '',
                  ]),
                ]),
          ].join('\n'),
        )
        .join('\n\n'),
    );
  },
});
