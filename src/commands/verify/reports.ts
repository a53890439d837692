import path from 'node:path';
import type { Context } from '../../context.ts';
import { WorkFailedError } from '../../errors.ts';
import { renderAnnotations } from '../../verify/report/annotations.ts';
import { type ReportFormat, type ReportRequest, writeReports } from '../../verify/report/write-reports.ts';
import type { Verification } from '../../verify/verification.ts';

export interface ReportSelection {
  readonly jsonFile: string | undefined;
  readonly report: string | undefined;
  readonly junit: string | undefined;
  readonly sarif: string | undefined;
  readonly markdown: string | undefined;
  readonly html: string | undefined;
}

/** The report of the last verification, in the project's folder. */
const LAST_REPORT = path.join('.tidemark', 'reports', 'verify.json');

/** Writes the reports that were asked for, keeps the last one, and annotates a run of GitHub Actions. */
export async function deliverReports(
  context: Context,
  verification: Verification,
  selection: ReportSelection,
): Promise<void> {
  const { output, project, io } = context;
  const reportContext = { projectDirectory: project.directory };
  const requests = requestedReports(selection, io.workingDirectory);
  await writeReports(verification, requests, reportContext);
  for (const { file } of requests) output.note(`report: ${file}`);
  await keepLastReport(context, verification);
  // With --json too: standard output stays one document, and GitHub reads commands from either stream.
  if (context.environment['GITHUB_ACTIONS'] === 'true') {
    for (const line of renderAnnotations(verification, reportContext)) output.note(line);
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
