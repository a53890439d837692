import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { readIndexReads } from '../schema/index-usage.ts';
import type { Finding } from './finding.ts';
import type { LedgerEntry } from './ledger.ts';

interface SoakRequest {
  readonly database: Database;
  readonly session: Session;
  readonly options: { readonly soakSeconds: number | null; readonly force: boolean };
}

/** What speaks against dropping an index that was hidden before: too short a time, or reads by the server's counter. */
export async function checkSoak(entry: LedgerEntry, request: SoakRequest): Promise<readonly Finding[]> {
  const { soakSeconds, force } = request.options;
  if (soakSeconds === null || entry.hiddenAt === null || force) return [];
  const about = { check: 'soaked', migration: entry.migration } as const;
  const { name, table } = entry.definition;
  const hiddenSeconds = await secondsSince(request.session, entry.hiddenAt);
  if (hiddenSeconds < soakSeconds) {
    const until = new Date(Date.parse(entry.hiddenAt) + soakSeconds * 1000).toISOString();
    return [
      {
        ...about,
        severity: 'refuse',
        message: `index ${name} of ${table} is hidden since ${entry.hiddenAt}, which is not ${soakSeconds} s yet`,
        hint: `run it again after ${until}; "migrate publish" shows the index to the optimizer again`,
      },
    ];
  }
  const reads = await readsSince(entry, request);
  if (reads === 0) return [];
  if (reads === null) {
    const message = `the server keeps no usage counters, so nobody knows whether ${name} of ${table} is read`;
    return [{ ...about, severity: 'warn', message, hint: null }];
  }
  return [
    {
      ...about,
      severity: 'refuse',
      message: `index ${name} of ${table} was read ${reads} times since it was hidden at ${entry.hiddenAt}`,
      hint: 'find who uses it (a session with use_invisible_indexes, a constraint); --force drops it all the same',
    },
  ];
}

/** Null where the server does not count. */
async function readsSince(entry: LedgerEntry, { session, database }: SoakRequest): Promise<number | null> {
  const { table, name } = entry.definition;
  const counts = await readIndexReads(session, database.server, { schema: database.schema, table });
  const now = counts.get(name);
  if (now === undefined || entry.hiddenReads === null) return null;
  // A count below the old one starts at a restart of the server, which was after the index was hidden.
  return now >= entry.hiddenReads ? now - entry.hiddenReads : now;
}

/** By the server's clock, which wrote the time. */
async function secondsSince(session: Session, time: string): Promise<number> {
  const datetime = time.replace('T', ' ').replace('Z', '');
  return Number(
    await session.value('SELECT TIMESTAMPDIFF(MICROSECOND, ?, UTC_TIMESTAMP(6)) / 1000000', [datetime]),
  );
}
