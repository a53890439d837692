import { findBlockers } from '../watch/blockers.ts';
import type { Finding } from '../finding.ts';
import type { PreflightSubject } from './check.ts';

/** A transaction that is this old is likely to be there still when the build needs its lock. */
const LONG_SECONDS = 10;

/** Names long transactions on the tables, which a build has to wait for at its start and at its end. */
export async function tableQuiet({
  candidates,
  database,
  session,
}: PreflightSubject): Promise<readonly Finding[]> {
  const tables = [...new Set(candidates.map(({ definition }) => definition.table))];
  const findings: Finding[] = [];
  for (const table of tables) {
    const waiting = { connectionId: session.connectionId, schema: database.schema, table };
    const blockers = await findBlockers(session, database.server, waiting);
    const long = blockers.filter(({ seconds, certain }) => certain && seconds >= LONG_SECONDS);
    if (long.length === 0) continue;
    const who = long.map(
      ({ connectionId, user, host, seconds }) => `${connectionId} (${user}@${host}, ${seconds} s)`,
    );
    findings.push({
      severity: 'warn',
      check: 'table-quiet',
      migration: null,
      message: `open transactions on ${table} will hold up its build: connection ${who.join(', ')}`,
      hint: 'end them first; the build waits 5 s at a time and tries again',
    });
  }
  return findings;
}
