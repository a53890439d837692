import type { Context } from '../../context.ts';
import { RefusedError } from '../../errors.ts';
import { type SinkSpec, openStates } from '../../sinks/open-sink.ts';
import { renderRepairPlan } from '../../repair/render-plan.ts';
import { isAutomatic, type RepairPlan } from '../../repair/repair-step.ts';
import { toDocument } from '../../verify/report/document.ts';
import { renderText } from '../../verify/report/text.ts';
import { summarize } from '../../verify/summary.ts';
import { updateBaseline } from '../../verify/update-baseline.ts';
import { type TableWatermark, verify } from '../../verify/verify.ts';
import { type DatabaseSelection, databasesToChange, databasesToRead } from '../database-selection.ts';
import { type SinkSelection, selectedSink } from '../sink-selection.ts';
import { carryOut, repairPlans } from './fix.ts';
import { type ReportSelection, deliverReports } from './reports.ts';

export interface VerifySelection extends DatabaseSelection, SinkSelection, ReportSelection {
  readonly full: boolean;
  readonly plans: boolean;
  readonly benchmark: boolean;
  readonly usage: boolean;
  readonly writeCost: boolean;
  readonly strict: boolean;
  readonly updateBaseline: boolean;
  readonly fix: boolean;
  readonly yes: boolean;
  readonly since: Date | undefined;
  readonly record: boolean;
}

/** `tidemark verify`; returns the exit code: 1 if something differs. */
export async function runVerify(context: Context, options: VerifySelection): Promise<number> {
  const { output, project } = context;
  const checks = {
    strict: options.strict,
    plans: options.full || options.plans,
    benchmark: options.full || options.benchmark,
    usage: options.full || options.usage,
    writeCost: options.writeCost,
  };
  const watermarks = checks.plans ? await readWatermarks(context, selectedSink(context, options)) : [];
  const selected = options.yes ? databasesToChange(project, options) : databasesToRead(project, options);
  const { verification, plans } = await context.withDatabases(selected, async (databases) => {
    if (options.updateBaseline) {
      for (const file of await updateBaseline(project, databases)) output.note(`baseline: ${file}`);
    }
    const request = {
      project,
      databases,
      checks,
      watermarks,
      since: options.since ?? null,
      keep: options.record,
      signal: context.signal,
    };
    const found = await verify(request);
    if (!options.fix) return { verification: found, plans: null };
    const repairs = repairPlans(found, databases);
    const repaired = options.yes && (await carryOut(context, repairs, databases));
    return { verification: repaired ? await verify(request) : found, plans: repairs };
  });
  await deliverReports(context, verification, options);
  const document = toDocument(verification);
  output.result(plans === null ? document : { ...document, repair: { done: options.yes, plans } }, () =>
    renderText(verification, output, [...(plans ?? []).map(renderRepairPlan), ...repairHint(plans, options)]),
  );
  return summarize(verification).ok ? 0 : 1;
}

function repairHint(plans: readonly RepairPlan[] | null, { yes }: VerifySelection): readonly string[] {
  const waiting = !yes && (plans ?? []).some(({ steps }) => steps.some(isAutomatic));
  return waiting ? ['nothing was changed; --fix --yes carries it out'] : [];
}

/** A run that holds the file is no reason to fail: the last rows then stand in for what is new. */
async function readWatermarks({ output }: Context, sink: SinkSpec): Promise<readonly TableWatermark[]> {
  try {
    await using reader = await openStates(sink);
    return await reader.states();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    output.note(`warning: plans without watermarks: ${error.message}`);
    return [];
  }
}
