import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log, Result } from 'sarif';
import { type Problem, allProblems } from '../problems.ts';
import { RULES } from '../rules.ts';
import type { Verification } from '../verification.ts';
import type { ReportContext } from './report-context.ts';

/** SARIF 2.1.0 (OASIS), which code scanning services read: a result per problem, at its migration's file. */
export function renderSarif(
  verification: Verification,
  { projectDirectory }: Pick<ReportContext, 'projectDirectory'>,
): string {
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: {
          driver: {
            name: 'tidemark',
            version: verification.toolVersion,
            rules: Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        originalUriBaseIds: { PROJECT: { uri: pathToFileURL(`${projectDirectory}/`).href } },
        results: allProblems(verification).map((problem) => toResult(problem, projectDirectory)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toResult(problem: Problem, projectDirectory: string): Result {
  const { severity, rule, message, mend, database, table, index, file } = problem;
  const subject = index === null ? `${database}.${table}` : `${database}.${table}.${index}`;
  const physicalLocation =
    file === null
      ? {}
      : {
          physicalLocation: {
            artifactLocation: {
              uri: path.relative(projectDirectory, file).split(path.sep).map(encodeURIComponent).join('/'),
              uriBaseId: 'PROJECT',
            },
            region: { startLine: 1 },
          },
        };
  return {
    ruleId: rule,
    level: severity,
    message: { text: mend === null ? message : `${message}. To fix it: ${mend}` },
    locations: [
      {
        ...physicalLocation,
        logicalLocations: [{ fullyQualifiedName: subject, kind: index === null ? 'table' : 'index' }],
      },
    ],
    // The same problem of the same index is one alert from run to run, whatever its words.
    partialFingerprints: { 'index/v1': `${rule}:${subject}` },
  };
}
