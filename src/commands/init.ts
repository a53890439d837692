import { UsageError } from '../errors.ts';
import { defineOutsideCommand } from './command.ts';

export const initCommand = defineOutsideCommand({
  command: 'init',
  describe: 'Make a project of a database: its tables, their cursors, the indexes they need',
  examples: [
    ['$0 init --url mysql://reader@db.example.com/shop', 'Look at a database, and ask before writing files'],
    [
      '$0 init --url mysql://reader@db.example.com/shop --yes',
      'For scripts: the password is in SHOP_DB_PASSWORD',
    ],
    ['$0 init --db shop --dry-run', 'What is new in a database that the project has'],
  ],
  options: (parser) =>
    parser
      .option('url', {
        type: 'string',
        requiresArg: true,
        describe: 'The database: mysql://user@host:3306/schema, without the password',
      })
      .option('db', {
        type: 'string',
        requiresArg: true,
        describe: "Its key in knexfile.ts (default: the schema's name)",
      })
      .option('password-file', {
        type: 'string',
        requiresArg: true,
        describe: 'File with the password (default: NAME_DB_PASSWORD, or a question)',
      })
      .option('yes', { type: 'boolean', default: false, describe: 'Write the files without asking' })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Show the proposal and write nothing',
      }),
  async handler({ io, output, telemetry }, options) {
    if (options.yes && options.dryRun) {
      throw new UsageError('--yes writes files and --dry-run does not', { hint: 'leave one of them out' });
    }
    if (options.url === '') throw new UsageError('--url is empty', { hint: 'mysql://user@host:3306/schema' });
    const [{ runInit }, { askAtTerminal }, { renderResult, toDocument }] = await Promise.all([
      import('../discovery/run-init.ts'),
      import('../discovery/ask.ts'),
      import('../discovery/report.ts'),
    ]);
    const result = await runInit(
      {
        url: options.url ?? null,
        db: options.db ?? null,
        passwordFile: options.passwordFile ?? null,
        envFile: options.envFile ?? null,
        yes: options.yes,
        dryRun: options.dryRun,
      },
      { io, output, telemetry, ask: askAtTerminal(io) },
    );
    for (const warning of result.warnings) output.note(`warning: ${warning}`);
    output.result(toDocument(result), () => renderResult(result, output));
    return 0;
  },
});
