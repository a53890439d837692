import type { Project } from '../config/project.ts';
import type { IndexDefinition } from '../schema/index-definition.ts';
import { baselinePath, readBaseline, writeBaseline } from './baseline.ts';
import { verifyIndexes } from './verify-indexes.ts';
import type { VerifyTarget } from './verify-target.ts';

/**
 * Accepts every index that neither migrations nor the baseline know, as it is now, into the baseline of its database.
 * Indexes of the baseline that are gone stay in it. Returns the files that were written.
 */
export async function updateBaseline(
  project: Project,
  targets: readonly VerifyTarget[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const target of targets) {
    await using session = await target.database.session();
    const findings = await verifyIndexes(session, { project, target, strict: true });
    const accepted = findings.flatMap((finding): readonly IndexDefinition[] => {
      if (finding.kind !== 'unrecorded') return [];
      const { kind } = finding.reason;
      return kind === 'stray' || kind === 'differs-from-baseline' ? [finding.actual] : [];
    });
    if (accepted.length === 0) continue;
    const file = baselinePath(target.migrationsDirectory);
    const known = await readBaseline(file);
    const isAccepted = (index: IndexDefinition) =>
      accepted.some(({ table, name }) => table === index.table && name === index.name);
    await writeBaseline(file, [...known.filter((index) => !isAccepted(index)), ...accepted]);
    files.push(file);
  }
  return files;
}
