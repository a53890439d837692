import type { Context } from '../../context.ts';
import { combineErrors } from '../../errors.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import type { Reconciliation } from '../../pipeline/compare/reconcile.ts';
import type { ExtractReport } from '../../pipeline/run/report.ts';
import { errorDocument } from '../../report-error.ts';
import { finish } from '../each-database.ts';
import { renderReconciliations } from '../reconcile.ts';

/** Prints what a run moved, and returns the exit code. */
export function printReport(
  context: Context,
  { report, deletes }: { readonly report: ExtractReport; readonly deletes: readonly Reconciliation[] },
  verbose: boolean,
): number {
  const { runs, ok, failures } = report;
  return finish(context, {
    document: {
      runs,
      ok,
      ...(deletes.length === 0 ? {} : { deletes }),
      ...(ok
        ? {}
        : { failures: failures.map((failure) => ({ ...failure, error: errorDocument(failure.error) })) }),
    },
    renderText: () =>
      [
        renderReport(context, report),
        ...(deletes.length === 0
          ? []
          : ['', 'deleted at the source', renderReconciliations(deletes, context.output)]),
      ].join('\n'),
    failure: ok ? null : combineErrors(failures.map(({ error }) => error)),
    verbose,
  });
}

function renderReport({ output }: Context, { runs, failures }: ExtractReport): string {
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  return [
    output.table([
      ['table', 'mode', 'rows', 'server read', 'index', 'watermark', 'time'],
      ...runs.map((run) => [
        `${run.database}.${run.table}`,
        run.mode,
        formatCount(run.rows),
        formatCount(run.serverRowsRead),
        run.index ?? '',
        run.watermark.to?.join(', ') ?? '',
        formatSeconds(run.seconds),
      ]),
    ]),
    `${formatCount(rows)} rows of ${runs.length} tables` +
      (failures.length === 0 ? '' : `, ${failures.length} tables failed`),
  ].join('\n');
}
