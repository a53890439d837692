import type { Context } from '../../context.ts';
import { formatCount } from '../../format.ts';
import type { ExtractedDatabase } from '../../pipeline/source/describe-source.ts';
import type { ExtractOptions } from '../../pipeline/run/options.ts';
import type { AdviseIndex } from '../../pipeline/source/index-advice.ts';
import { planRuns } from '../../pipeline/run/plan-runs.ts';
import { type SinkSpec, openStates } from '../../sinks/open-sink.ts';
import { describeWarning } from './warnings.ts';

/** Prints what a run would read, and returns the exit code. */
export async function dryRun(
  { output }: Context,
  request: {
    readonly databases: readonly ExtractedDatabase[];
    readonly sinkSpec: SinkSpec;
    readonly options: Partial<ExtractOptions>;
    readonly adviseIndex: AdviseIndex;
  },
): Promise<number> {
  const { sinkSpec, ...planning } = request;
  await using states = await openStates(sinkSpec);
  const planned = await planRuns({ ...planning, states });
  output.result({ planned }, () =>
    [
      output.table([
        ['table', 'mode', 'from watermark', 'up to', 'index', 'rows (estimate)'],
        ...planned.map(({ database, table, mode, watermark, index, rowsEstimated }) => [
          `${database}.${table}`,
          mode,
          watermark.from?.join(', ') ?? 'the beginning',
          watermark.bound,
          index ?? '',
          rowsEstimated === null ? '' : formatCount(rowsEstimated),
        ]),
      ]),
      ...planned.flatMap(({ database, table, warnings }) =>
        warnings.map((warning) => `${database}.${table}: warning: ${describeWarning(warning)}`),
      ),
      'Nothing was read or written.',
    ].join('\n'),
  );
  return 0;
}
