import { equivalent, redundantTo, startsWithPrimaryKey } from '../../schema/compare-indexes.ts';
import { describeParts } from '../../schema/index-definition.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { Finding } from '../finding.ts';
import type { Candidate, PreflightSubject } from './check.ts';

/** Says which indexes do the same, before and after. Never a reason to refuse: an index may be made to be the shorter one. */
export function notRedundant({ candidates, inspection }: PreflightSubject): readonly Finding[] {
  return candidates.flatMap((candidate) => {
    const { table, name } = candidate.definition;
    const existing = (inspection.indexes.get(table) ?? []).filter((index) => index.name !== name);
    const planned = candidates.filter((other) => other !== candidate).map(({ definition }) => definition);
    return [
      ...servedBy(candidate, [...existing, ...planned]),
      ...existing.filter((index) => !index.primary).flatMap((index) => makesRedundant(candidate, index)),
      ...leadsWithKey(candidate, inspection.tables.get(table)?.primaryKey ?? []),
    ];
  });
}

function servedBy(candidate: Candidate, others: readonly IndexDefinition[]): readonly Finding[] {
  const { definition } = candidate;
  const same = others.find((other) => equivalent(definition, other) && other.table === definition.table);
  if (same !== undefined) {
    return [
      warning(
        candidate,
        `does the same as index ${describe(same)}`,
        'if that one is in the database already, --adopt-equivalent records it instead of building a second one',
      ),
    ];
  }
  const longer = others.find((other) => redundantTo(definition, other));
  return longer === undefined
    ? []
    : [warning(candidate, `is a left prefix of ${describe(longer)}, which can serve its queries`, null)];
}

function makesRedundant(candidate: Candidate, index: IndexDefinition): readonly Finding[] {
  const { definition } = candidate;
  if (equivalent(definition, index) || !redundantTo(index, definition)) return [];
  const message = `makes index ${describe(index)} of ${index.table} a left prefix of it`;
  return [warning(candidate, message, 'tidemark never drops an index that it did not build')];
}

function leadsWithKey(candidate: Candidate, primaryKey: readonly string[]): readonly Finding[] {
  if (!startsWithPrimaryKey(candidate.definition, primaryKey)) return [];
  const message = `starts with the primary key (${primaryKey.join(', ')}), so its further columns never narrow a search by it`;
  return [warning(candidate, message, null)];
}

function describe({ name, parts }: IndexDefinition): string {
  return `${name} (${describeParts(parts).join(', ')})`;
}

function warning({ migration, definition }: Candidate, message: string, hint: string | null): Finding {
  return {
    severity: 'warn',
    check: 'not-redundant',
    migration: migration.name,
    message: `index ${definition.name} of ${definition.table} ${message}`,
    hint,
  };
}
