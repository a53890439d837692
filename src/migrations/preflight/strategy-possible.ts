import { groupBy } from '../../schema/group-by.ts';
import { introspectForeignKeys } from '../../schema/introspect-foreign-keys.ts';
import type { Finding } from '../finding.ts';
import type { CopyStrategy } from '../strategies/copy-tool.ts';
import { COPY_TOOLS } from '../strategies/copy-tools.ts';
import type { Candidate, PreflightSubject } from './check.ts';

/** The tools that copy a table are here, and the tables are such that they can. */
export async function strategyPossible(subject: PreflightSubject): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [strategy, candidates] of groupBy(subject.candidates, (candidate) => candidate.strategy)) {
    if (strategy === 'native') continue;
    findings.push(...(await toolMissing(strategy)));
    for (const candidate of candidates) {
      const reason = await obstacle(candidate, subject);
      if (reason !== null) findings.push(refusal(candidate, reason));
    }
  }
  return findings;
}

async function toolMissing(strategy: CopyStrategy): Promise<readonly Finding[]> {
  const { program } = COPY_TOOLS[strategy];
  const { execa } = await import('execa');
  const { failed } = await execa(program, ['--version'], { reject: false, stdin: 'ignore' });
  if (!failed) return [];
  return [
    {
      severity: 'refuse',
      check: 'strategy-possible',
      migration: null,
      message: `strategy ${strategy} needs ${program}, which is not on the PATH`,
      hint: strategy === 'pt-osc' ? 'install percona-toolkit' : 'install gh-ost from its releases',
    },
  ];
}

async function obstacle(
  { definition }: Candidate,
  { inspection, session, database }: PreflightSubject,
): Promise<string | null> {
  const table = inspection.tables.get(definition.table);
  if (table === undefined) return null;
  // Both tools copy with INSERT IGNORE: rows that break the new constraint would be lost without a word.
  if (definition.unique) return 'a copy would silently lose rows that are no longer unique';
  if (table.primaryKey.length === 0) return 'without a primary key its rows cannot be copied in chunks';
  const foreignKeys = await introspectForeignKeys(session, database.server, {
    schema: database.schema,
    tables: [table.name],
  });
  return foreignKeys.length > 0 ? 'foreign keys from or to it would be renamed or lose their table' : null;
}

function refusal({ migration, definition, strategy }: Candidate, reason: string): Finding {
  return {
    severity: 'refuse',
    check: 'strategy-possible',
    migration: migration.name,
    message: `strategy ${strategy} cannot build index ${definition.name} of ${definition.table}: ${reason}`,
    hint: 'build it with strategy native',
  };
}
