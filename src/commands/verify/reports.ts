import path from 'node:path';
import type { Context } from '../../context.ts';
import { TidemarkError, WorkFailedError } from '../../errors.ts';
import { readRunPoolReport } from '../../observability/last-pool-report.ts';
import type { RunRecord } from '../../sinks/sink.ts';
import { type SinkSpec, openStates } from '../../sinks/open-sink.ts';
import { renderAnnotations } from '../../verify/report/annotations.ts';
import { type ReportFormat, type ReportRequest, writeReports } from '../../verify/report/write-reports.ts';
import type { PoolUse } from '../../verify/report/report-context.ts';
import type { Verification } from '../../verify/verification.ts';
import { type SinkSelection, selectedSink } from '../sink-selection.ts';

export interface ReportSelection extends SinkSelection {
  readonly jsonFile: string | undefined;
  readonly report: string | undefined;
  readonly junit: string | undefined;
  readonly sarif: string | undefined;
  readonly markdown: string | undefined;
  readonly html: string | undefined;
}

/** Nine tables make a run, so these are the last forty or so. */
const MOST_RUNS = 400;
/** The report of the last verification, in the project's folder. */
const LAST_REPORT = path.join('.tidemark', 'reports', 'verify.json');

/** Writes the reports that were asked for, keeps the last one, and annotates a run of GitHub Actions. */
export async function deliverReports(
  context: Context,
  verification: Verification,
  selection: ReportSelection,
): Promise<void> {
  const { output, project, io } = context;
  const requests = requestedReports(selection, io.workingDirectory);
  const page = selection.html !== undefined;
  await writeReports(verification, requests, {
    projectDirectory: project.directory,
    runs: page ? await readRuns(context, selectedSink(context, selection)) : [],
    pools: page ? await readPools(context) : [],
  });
  for (const { file } of requests) output.note(`report: ${file}`);
  await keepLastReport(context, verification);
  // With --json too: standard output stays one document, and GitHub reads commands from either stream.
  if (context.environment['GITHUB_ACTIONS'] === 'true') {
    for (const line of renderAnnotations(verification, project.directory)) output.note(line);
  }
}

function requestedReports(selection: ReportSelection, workingDirectory: string): readonly ReportRequest[] {
  const requests: readonly (readonly [ReportFormat, string | undefined])[] = [
    ['json', selection.jsonFile],
    ['json', selection.report],
    ['junit', selection.junit],
    ['sarif', selection.sarif],
    ['markdown', selection.markdown],
    ['html', selection.html],
  ];
  return requests.flatMap(([format, file]) =>
    file === undefined ? [] : [{ format, file: path.resolve(workingDirectory, file) }],
  );
}

/** Beside what was asked for, the last report is always kept; a folder that cannot be written is no reason to fail. */
async function keepLastReport({ output, project }: Context, verification: Verification): Promise<void> {
  const file = path.join(project.directory, LAST_REPORT);
  try {
    await writeReports(verification, [{ format: 'json', file }], { projectDirectory: project.directory });
    output.note(`report: ${file}`);
  } catch (error) {
    if (!(error instanceof WorkFailedError)) throw error;
    output.note(`warning: ${error.message}`);
  }
}

/** A file that cannot be read is no reason to fail: the page then says less. */
async function readRuns({ output }: Context, sink: SinkSpec): Promise<readonly RunRecord[]> {
  try {
    await using reader = await openStates(sink);
    return await reader.runs(MOST_RUNS);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    output.note(`warning: no runs in the page: ${error.message}`);
    return [];
  }
}

async function readPools({ output, project }: Context): Promise<readonly PoolUse[]> {
  try {
    const report = await readRunPoolReport(project.directory);
    return (report?.pools ?? []).map(({ database, size, utilisation, inUse, samples }) => ({
      database,
      size,
      utilisation,
      peakInUse: inUse.peak,
      samples,
    }));
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    output.note(`warning: no pools in the page: ${error.message}`);
    return [];
  }
}
