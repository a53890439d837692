import { writeFileAtomically } from '../../atomic-file.ts';
import type { Verification } from '../verification.ts';
import { toDocument } from './document.ts';
import type { ReportContext } from './report-context.ts';

export type ReportFormat = 'json' | 'junit' | 'sarif' | 'markdown' | 'html';

/** A report that was asked for. */
export interface ReportRequest {
  readonly format: ReportFormat;
  /** Absolute path. */
  readonly file: string;
}

/** Renders and writes reports, each whole or not at all. Throws a WorkFailedError that names the file. */
export async function writeReports(
  verification: Verification,
  requests: readonly ReportRequest[],
  context: ReportContext,
): Promise<void> {
  for (const { format, file } of requests) {
    await writeFileAtomically(file, await render(format, verification, context));
  }
}

/** Each format is loaded when it is asked for: drawing libraries are heavy. */
async function render(
  format: ReportFormat,
  verification: Verification,
  context: ReportContext,
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toDocument(verification), null, 2)}\n`;
    case 'junit':
      return (await import('./junit.ts')).renderJunit(verification);
    case 'sarif':
      return (await import('./sarif.ts')).renderSarif(verification, context);
    case 'markdown':
      return (await import('./markdown.ts')).renderMarkdown(verification);
    case 'html':
      return (await import('./html/page.ts')).renderHtml(verification, context);
  }
}
