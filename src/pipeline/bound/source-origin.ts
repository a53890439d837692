import { createHash } from 'node:crypto';
import type { Session } from '../../databases/session.ts';
import { RefusedError } from '../../errors.ts';
import type { Position } from '../../rows/position.ts';
import { isAtOrAfter, lastPosition } from '../source/source-positions.ts';
import type { SourceTable } from '../source/source-table.ts';
import { secondsBetween, type Utc, utcNow } from './utc-time.ts';
import { fateOf, type SampledRow, type SampleFate } from './source-sample.ts';

/** Where a table's rows came from, as the state remembers it. */
export interface SourceOrigin {
  /** See server-identity.ts. */
  readonly server: string;
  readonly schema: string;
  readonly table: string;
  /** What the cursor's values were: another unit or zone gives them another meaning. */
  readonly cursor: string;
  /** Which columns the sample's hashes are of. */
  readonly columns: string;
  /** When the server made the table or last rebuilt it; absent in what earlier versions wrote. */
  readonly created?: string | null | undefined;
  readonly sample: readonly SampledRow[];
}

/** Why a source no longer has what the watermark stands for. */
export type WentBackReason = 'watermark-ahead' | 'another-cursor' | 'restored';

/** Whether a run may go on from the watermark. */
export type Continuity =
  | { readonly kind: 'same' }
  /** Another server or schema, whose rows proved to be the same. */
  | { readonly kind: 'moved'; readonly from: string; readonly compared: number }
  /** The source has lost what the watermark stands for: it is read from the beginning. */
  | { readonly kind: 'went-back'; readonly because: WentBackReason }
  /** There is nothing to read, and the next rows start over. */
  | { readonly kind: 'emptied' };

/** What is known of the last run, and where this one would go on. */
interface Known {
  readonly watermark: Position | null;
  /** Where the run would go on: before the watermark, where a clock went back. */
  readonly from: Position | null;
  readonly origin: SourceOrigin | null;
  /** Rows that the sink has. */
  readonly rows: number;
  /** The server's clock when the last run looked; null if that is not known. */
  readonly lookedAt: Utc | null;
}

/** What a run would remember of its source, without the rows that it has yet to sample. */
export function originOf(table: SourceTable, server: string): SourceOrigin {
  const names = table.columns.map(({ name, mask }) => `${name} ${mask ?? ''}`);
  return {
    server,
    schema: table.schema,
    table: table.name,
    cursor: cursorMeaning(table),
    columns: createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16),
    created: table.created,
    sample: [],
  };
}

/**
 * Asks whether the rows of the sink are rows of this source. Another server, schema or table has to prove it: the rows of
 * the sample are all there, one of them as it was and none with other values, and nothing that was read is missing behind
 * them. The same one has gone back where a row of the sample has an earlier cursor value than it had (a backup was
 * restored), or where none of the sample is left (TRUNCATE, another table under the name); rows at the end that were
 * merely deleted leave others. Throws a RefusedError for a source that is another one.
 */
export async function continuityOf(
  session: Session,
  table: SourceTable,
  known: Known,
  server: string,
): Promise<Continuity> {
  const { watermark, from, origin, rows, lookedAt } = known;
  // Without an origin the state was set by hand, or by an earlier version: nothing is known of what was read.
  if (origin === null || rows === 0) return { kind: 'same' };
  const now = originOf(table, server);
  const moved = isElsewhere(origin, now);
  if (!moved && origin.cursor !== now.cursor) return { kind: 'went-back', because: 'another-cursor' };
  // An empty table, or an index that does not lead with the cursor: there is nothing to go by.
  if (!moved && (origin.sample.length === 0 || watermark === null)) return { kind: 'same' };
  const fate = await fateOf(session, table, origin.sample, from);
  if (moved) return requireProof(session, table, { watermark, from }, { origin, now, fate });
  // All of it is read again in any case.
  if (from === null) return { kind: 'same' };
  if (fate.earlier > 0) return { kind: 'went-back', because: 'restored' };
  if (table.cursorKind.kind === 'id') {
    // Values may change under an id; under ids that were given out again they are others. With other columns so are the hashes.
    const hasOthers = origin.columns === now.columns && fate.other > 0;
    if (
      hasOthers &&
      ((origin.created ?? now.created) !== now.created || (await wasRestarted(session, lookedAt)))
    ) {
      return { kind: 'went-back', because: 'restored' };
    }
    const isReused = fate.same === 0 || hasOthers;
    const isBack = fate.gone === origin.sample.length || (isReused && (await isBehind(session, table, from)));
    return isBack ? wentBack(session, table) : { kind: 'same' };
  }
  // Other values under one stamp are a change that moved no cursor, which is for `audit` and `reconcile` to find.
  return fate.same + fate.changed + fate.other > 0 ? { kind: 'same' } : wentBack(session, table);
}

/** Whether rows came from another server, schema or table. */
export function isElsewhere(
  origin: SourceOrigin,
  now: Pick<SourceOrigin, 'server' | 'schema' | 'table'>,
): boolean {
  return origin.server !== now.server || origin.schema !== now.schema || origin.table !== now.table;
}

/** Whether the server was started since a time: a backup of its files is restored while it is down. */
async function wasRestarted(session: Session, since: Utc | null): Promise<boolean> {
  if (since === null) return false;
  const [row] = await session.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
  const now = await utcNow(session);
  return Number(row?.['Value']) < secondsBetween(since, now);
}

/** Whether the largest cursor value of the source is before a position. */
async function isBehind(session: Session, table: SourceTable, position: Position): Promise<boolean> {
  const last = await lastPosition(session, table, null);
  return last === null || !isAtOrAfter(table, last, position);
}

async function wentBack(session: Session, table: SourceTable): Promise<Continuity> {
  const last = await lastPosition(session, table, null);
  return last === null ? { kind: 'emptied' } : { kind: 'went-back', because: 'watermark-ahead' };
}

/**
 * Whether the source ends before what was read of it. Where the run reads again from an earlier position, since the clock
 * of the other server is behind, the last row may have got an earlier stamp there.
 */
async function isAnyMissing(
  session: Session,
  table: SourceTable,
  { watermark, from }: Pick<Known, 'watermark' | 'from'>,
): Promise<boolean> {
  if (watermark === null || from === null) return false;
  return isBehind(session, table, isAtOrAfter(table, watermark, from) ? from : watermark);
}

/** What speaks for and against a source being another one's copy. */
interface Evidence {
  readonly origin: SourceOrigin;
  readonly now: SourceOrigin;
  readonly fate: SampleFate;
}

async function requireProof(
  session: Session,
  table: SourceTable,
  { watermark, from: goesOnFrom }: Pick<Known, 'watermark' | 'from'>,
  evidence: Evidence,
): Promise<Continuity> {
  const { origin, now, fate } = evidence;
  const { database, name, schema } = table;
  const from = describe(origin);
  const against =
    doubt(evidence) ??
    ((await isAnyMissing(session, table, { watermark, from: goesOnFrom }))
      ? 'rows that were read are missing there'
      : null);
  if (against === null) return { kind: 'moved', from, compared: fate.same + fate.changed };
  throw new RefusedError(
    `${database}.${name}: the sink's rows came from ${from}, and this is ${describe(now)}: ${against}`,
    {
      hint: [
        `check what ${database.toUpperCase()}_DB_HOST and ${database.toUpperCase()}_DB_NAME name; if ${schema} there is what you mean,`,
        `if it has the same rows all the same, go on from the watermark: tidemark watermarks set --db=${database} --table=${name} --value='${watermark?.[0] ?? ''}'`,
        `load it in place of the other: tidemark extract-load --db=${database} --table=${name} --full-refresh; or keep both: another sink, or as: '…' in the table file`,
      ],
    },
  );
}

/** Why the sample does not prove that the rows are the same; null where it does. */
function doubt({ origin, now, fate }: Evidence): string | null {
  if (origin.sample.length === 0) return 'no rows were remembered by which to know them';
  if (origin.columns !== now.columns)
    return 'the table has other columns there, so its rows cannot be compared';
  const { same, changed, gone } = fate;
  const other = fate.other + fate.earlier;
  if (other + gone > 0 || same === 0) {
    return `of the last ${origin.sample.length} rows that were read, ${gone} are missing there, ${other} have other values, ${changed} have changed since, ${same} are the same`;
  }
  return null;
}

function describe({ server, schema, table }: SourceOrigin): string {
  return `${schema}.${table} on server ${server}`;
}

function cursorMeaning({ cursor, cursorKind: kind }: SourceTable): string {
  switch (kind.kind) {
    case 'time':
      return `${cursor.name} ${kind.timeZone === null ? 'instant' : 'local time'} ${kind.precision}`;
    case 'epoch':
      return `${cursor.name} ${kind.unit}`;
    case 'date':
    case 'id':
      return `${cursor.name} ${kind.kind}`;
    case 'none':
      return kind.kind;
  }
}
