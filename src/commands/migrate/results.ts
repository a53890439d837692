import type { Context } from '../../context.ts';
import type { MigrateResult } from '../../migrations/result.ts';
import type { Finding } from '../../migrations/finding.ts';
import { type EachResult, finish } from '../each-database.ts';
import { formatSeconds } from '../../format.ts';

/** Prints what a command that changes indexes did, and returns the exit code. */
export function printMigrateResults(
  context: Context,
  command: string,
  { results, failure }: EachResult<MigrateResult>,
  options: { readonly verbose: boolean; readonly dryRun: boolean },
): number {
  if (!options.dryRun) recordMetrics(context, results);
  return finish(context, {
    document: { command, databases: results },
    renderText: () => results.map((result) => renderResult(context, result, options.dryRun)).join('\n\n'),
    failure,
    verbose: options.verbose,
  });
}

function recordMetrics({ telemetry }: Context, results: readonly MigrateResult[]): void {
  for (const { database, migrations } of results) {
    for (const { migration, action, seconds } of migrations) {
      telemetry.metrics.migrated({ database, migration, action, seconds: seconds ?? 0 });
    }
  }
}

function renderResult({ output }: Context, result: MigrateResult, dryRun: boolean): string {
  const { database, server, migrations, pending, findings } = result;
  const lines = [output.colors.bold(`${database} (${server})`)];
  if (migrations.length === 0) lines.push('nothing to do');
  else {
    lines.push(
      output.table([
        ['migration', 'index', 'columns', 'action', 'time'],
        ...migrations.map(({ migration, table, index, columns, action, seconds }) => [
          migration,
          `${table}.${index}`,
          columns.join(', '),
          action,
          seconds === null ? '' : formatSeconds(seconds),
        ]),
      ]),
    );
  }
  if (dryRun) {
    const statements = new Set(migrations.flatMap(({ statement }) => statement ?? []));
    lines.push(...[...statements].map((statement) => `${statement};`));
  }
  lines.push(
    ...renderFindings(findings),
    `${migrations.length} done, ${pending} pending`.replace('done', dryRun ? 'planned' : 'done'),
  );
  return lines.join('\n');
}

/** Findings of the checks, a line each and its hint below. */
export function renderFindings(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ severity, migration, message, hint }) => [
    `${severity === 'refuse' ? 'refused' : severity}: ${migration === null ? '' : `${migration}: `}${message}`,
    ...(hint === null ? [] : [`  hint: ${hint}`]),
  ]);
}
