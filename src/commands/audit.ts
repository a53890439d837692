import { defineCommand } from './command.ts';
import { databaseOptions, databasesToRead } from './database-selection.ts';
import { extractedTables } from './extracted-tables.ts';
import { tableOption } from './table-selection.ts';

export const auditCommand = defineCommand({
  command: 'audit',
  describe: 'Whether the cursors of tables can be trusted',
  examples: [['$0 audit --db business', 'NULLs, ties, future times, no ON UPDATE, missing index']],
  options: (parser) =>
    tableOption(databaseOptions(parser)).option('exit-code', {
      type: 'boolean',
      default: false,
      describe: 'Exit with 1 if anything was found',
    }),
  async handler(context, options) {
    const { audit } = await import('../pipeline/audit.ts');
    const findings = await context.withDatabases(databasesToRead(context.project, options), async (opened) =>
      audit({ databases: await extractedTables(context, opened, options) }),
    );
    context.output.result({ command: 'audit', findings }, () =>
      findings.length === 0
        ? 'nothing speaks against any cursor'
        : findings
            .map(({ database, table, kind, advice }) => `${database}.${table}: ${kind}: ${advice}`)
            .join('\n'),
    );
    return options.exitCode && findings.length > 0 ? 1 : 0;
  },
});
