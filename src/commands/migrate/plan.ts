import { defineCommand } from '../command.ts';
import { databaseOptions, databasesToRead } from '../database-selection.ts';
import { formatCount } from '../../format.ts';
import { type Finding, refusesOneIndex } from '../../migrations/finding.ts';
import { planOptions, toPlanOptions } from './plan-options.ts';
import { renderFindings } from './results.ts';

export const migratePlanCommand = defineCommand({
  command: 'plan',
  describe: 'Preview the SQL of "migrate up" and the findings of its checks; read-only',
  examples: [['$0 migrate plan --db business', 'Statements, effects and findings']],
  options: (parser) => planOptions(databaseOptions(parser)),
  async handler(context, options) {
    const [{ loadMigrations }, { migratePlan }] = await Promise.all([
      import('../../migrations/load-migrations.ts'),
      import('../../migrations/migrate-plan.ts'),
    ]);
    const { output, project } = context;
    const databases = await context.withDatabases(databasesToRead(project, options), (opened) =>
      Promise.all(
        opened.map(async (target) =>
          migratePlan({
            database: target.database,
            migrations: await loadMigrations(project, target, target.config.tablePrefix),
            options: { ...toPlanOptions(options), to: null, step: null },
          }),
        ),
      ),
    );
    output.result({ command: 'migrate plan', databases }, () =>
      databases
        .map(({ database, server, statements, findings, ok }) =>
          [
            output.colors.bold(`${database} (${server})`),
            ...statements.flatMap(({ sql, effect, rowsEstimate }) => [
              `${sql};`,
              `  ${effect}; about ${formatCount(rowsEstimate)} rows`,
            ]),
            ...renderFindings(findings),
            verdict(statements.length, ok, findings),
          ].join('\n'),
        )
        .join('\n\n'),
    );
    return databases.every(({ ok }) => ok) ? 0 : 4;
  },
});

function verdict(statements: number, ok: boolean, findings: readonly Finding[]): string {
  const refusals = findings.filter(({ severity }) => severity === 'refuse');
  if (!ok && statements > 0 && refusals.every(refusesOneIndex)) {
    return '"migrate up" would refuse what is refused above, and build the others';
  }
  if (!ok) return '"migrate up" would refuse';
  if (statements === 0) return 'nothing to build';
  return statements === 1 ? '1 statement' : `${statements} statements`;
}
