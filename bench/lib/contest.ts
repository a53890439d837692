import type { BenchServer } from './bench-server.ts';
import { type Measurement, type Program, measure } from './measure.ts';
import { ServerMeter, type ServerWork } from './server-meter.ts';

/** What a contender says of its own run; null where it says nothing. */
export interface Outcome {
  readonly rows: number | null;
  /** Without the process's start. */
  readonly ownSeconds: number | null;
}

/** One way to do the work that is measured. */
export interface Contender {
  readonly name: string;
  readonly program: Program;
  /** Runs before each repetition and is not measured. */
  prepare?(): Promise<void>;
  /** Reads standard output; throws if the work was not done. */
  outcome?(stdout: string): Outcome;
}

export interface Sample extends Omit<Measurement, 'stdout'>, Outcome {
  readonly server: ServerWork;
}

export type ContestResult =
  | { readonly kind: 'measured'; readonly contender: string; readonly samples: readonly Sample[] }
  | { readonly kind: 'failed'; readonly contender: string; readonly reason: string };

export type MeasuredResult = Extract<ContestResult, { kind: 'measured' }>;

export interface Contest {
  readonly server: BenchServer;
  readonly contenders: readonly Contender[];
  readonly repeat: number;
  /** Rows that the server must have read for each run; a program that says nothing may have done nothing. */
  readonly leastRowsRead?: number;
  readonly scratch: string;
  readonly report: (line: string) => void;
}

/**
 * Runs all contenders `repeat` times, one after the other and in turn, each round from another one on, so that what
 * disturbs the machine for a while disturbs all of them. One that fails takes no further part.
 */
export async function runContest(contest: Contest): Promise<readonly ContestResult[]> {
  const { contenders, repeat, report } = contest;
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  const failures = new Map<Contender, string>();
  for (let round = 0; round < repeat; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]!;
      if (failures.has(contender)) continue;
      try {
        const sample = await runOnce(contest, contender);
        samples.get(contender)!.push(sample);
        report(`  ${contender.name}: ${sample.seconds.toFixed(2)} s`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(contender, reason);
        report(`  ${contender.name} failed: ${reason}`);
      }
    }
  }
  return contenders.map((contender) => {
    const reason = failures.get(contender);
    return reason === undefined
      ? { kind: 'measured', contender: contender.name, samples: samples.get(contender)! }
      : { kind: 'failed', contender: contender.name, reason };
  });
}

/** The results that were measured, or an error if one of these, which must not fail, did. */
export function allMeasured(results: readonly ContestResult[]): readonly MeasuredResult[] {
  return results.map((result) => {
    if (result.kind === 'measured') return result;
    throw new Error(`${result.contender} failed: ${result.reason}`);
  });
}

async function runOnce(
  { server, scratch, leastRowsRead = 0 }: Contest,
  contender: Contender,
): Promise<Sample> {
  await contender.prepare?.();
  const meter = await ServerMeter.start(server.connection, server.pid);
  const { stdout, ...measurement } = await measure(contender.program, scratch);
  const work = await meter.stop();
  if (work.rowsRead < leastRowsRead) throw new Error(`the server read ${work.rowsRead} rows only`);
  const outcome = contender.outcome?.(stdout) ?? { rows: null, ownSeconds: null };
  return { ...measurement, ...outcome, server: work };
}
