import { UsageError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { databaseOptions } from '../database-selection.ts';
import { sinkOption } from '../sink-selection.ts';
import { parsePointInTime } from './point-in-time.ts';

const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;
const file = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;

export const verifyCommand = defineCommand({
  command: 'verify [json-file]',
  describe: 'Prove that the indexes are there and used',
  examples: [
    ['$0 verify', 'Every index of every database by its full definition'],
    ['$0 verify --full --html verify.html', 'Also plans, benchmark and usage, as a page to look at'],
    [
      '$0 verify --plans --db business',
      'A gate for CI: exit 1 if an extraction query is not served by its index',
    ],
    ['$0 verify --fix --db business', 'The statements that would repair what differs'],
    ['$0 verify --since 7d', 'What changed within a week'],
  ],
  options: (parser) =>
    sinkOption(databaseOptions(parser))
      .positional('json-file', { type: 'string', describe: 'With --json: a file for the document as well' })
      .option('full', flag('Plans, benchmark and usage as well'))
      .option('plans', flag('EXPLAIN the queries of the extraction'))
      .option('benchmark', flag('Time them with and without their index'))
      .option('usage', flag('How often the server read each index'))
      .option(
        'write-cost',
        flag('What they cost writers, on copies of the tables that are dropped afterwards'),
      )
      .option(
        'strict',
        flag(
          'Any index that neither migrations nor the baseline know is a difference, and any table that the table file does not mention',
        ),
      )
      .option('update-baseline', flag('Accept every such index: write migrations/<database>/baseline.json'))
      .option('fix', flag('Show what would repair the differences'))
      .option('yes', flag('With --fix: carry it out'))
      .option('since', {
        type: 'string',
        requiresArg: true,
        describe: 'Compare with the last verification before this: 7d, 2025-12-14, 2025-12-14T08:00:00Z',
        coerce: parsePointInTime,
      })
      .option('record', {
        type: 'boolean',
        default: true,
        describe: 'Keep the result beside the ledger; --no-record writes nothing to the database',
      })
      .option('report', file('File for the report as JSON'))
      .option('junit', file('File for the report as JUnit XML'))
      .option('sarif', file('File for the report as SARIF'))
      .option('markdown', file('File for the report as Markdown'))
      .option('html', file('File for the report as a page')),
  handler: async (context, options) => {
    if (options.jsonFile !== undefined && !options.json) {
      throw new UsageError(`unexpected argument "${options.jsonFile}"`, {
        hint: `--db=${options.jsonFile} for a database, --json ${options.jsonFile} for a file`,
      });
    }
    if (options.yes && !options.fix)
      throw new UsageError('--yes carries out a repair', { hint: 'say --fix --yes' });
    const { runVerify } = await import('./run.ts');
    return runVerify(context, options);
  },
});
