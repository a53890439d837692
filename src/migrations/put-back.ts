import type { ServerInfo } from '../databases/server.ts';
import type { Session } from '../databases/session.ts';
import { type IndexDefinition, describeParts } from '../schema/index-definition.ts';
import { type IndexLine, readIndexLines } from '../schema/index-lines.ts';
import type { ForeignKey } from '../schema/introspect-foreign-keys.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import { renderAddIndex, renderDropIndex } from '../schema/render-index.ts';
import { type DisplacedIndex, canDisplace, servesForeignKey } from './displaced-index.ts';
import type { Finding } from './finding.ts';
import type { LedgerEntry } from './ledger.ts';

/** The indexes of a table as they will be after the drops that are planned so far. */
export interface TableIndexes {
  readonly table: string;
  readonly schema: string;
  readonly server: ServerInfo;
  indexes: readonly IndexDefinition[];
  /** In the server's order. */
  lines: readonly IndexLine[];
  /** Those from the table, and those to it. */
  readonly foreignKeys: readonly ForeignKey[];
}

export async function readTableIndexes(
  session: Session,
  about: Pick<TableIndexes, 'table' | 'schema' | 'server' | 'foreignKeys'>,
  indexes: readonly IntrospectedIndex[],
): Promise<TableIndexes> {
  return { ...about, indexes, lines: await readIndexLines(session, about.table) };
}

/** The clauses of the ALTER that drops an entry's index, and what there is to say of them. */
export interface DropClauses {
  readonly clauses: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Plans the drop of an index, and moves `state` on to what is there afterwards. An index that the server dropped for the
 * sake of this one comes back in the same ALTER, since the server drops none that a foreign key needs (error 1553).
 */
export function planDrop(entry: LedgerEntry, state: TableIndexes): DropClauses {
  const dropped = state.indexes.find(
    ({ name }) => name.toLowerCase() === entry.definition.name.toLowerCase(),
  );
  if (dropped === undefined) return { clauses: [], findings: [] };
  const clauses = [renderDropIndex(dropped.name)];
  state.indexes = state.indexes.filter((index) => index !== dropped);
  state.lines = state.lines.filter(({ name }) => name !== dropped.name);
  const comingBack = indexesToPutBack(entry, dropped, state);
  for (const displaced of comingBack) {
    state.indexes = [...state.indexes, displaced.definition];
    state.lines = insertLine(displaced, state);
  }
  if (comingBack.length > 0) clauses.push(...inOrder(comingBack, state));
  const findings = [
    ...comingBack.map((displaced) => putBack(entry, displaced)),
    ...stillReferenced(entry, dropped, state),
  ];
  return { clauses, findings };
}

function indexesToPutBack(
  { displaced }: LedgerEntry,
  dropped: IndexDefinition,
  { indexes, foreignKeys, table, schema }: TableIndexes,
): readonly DisplacedIndex[] {
  const names = new Set(indexes.map(({ name }) => name.toLowerCase()));
  const missing = displaced.filter(
    ({ definition }) => !names.has(definition.name.toLowerCase()) && !canDisplace(indexes, definition),
  );
  const remaining = [...indexes, ...missing.map(({ definition }) => definition)];
  // Of a foreign key that was made when this index was there already, or of which an older ledger says nothing.
  const unserved = foreignKeys.filter(
    (key) =>
      key.schema === schema &&
      key.table === table &&
      servesForeignKey(dropped, key.columns) &&
      !remaining.some((index) => servesForeignKey(index, key.columns)),
  );
  const made: DisplacedIndex[] = [];
  for (const key of unserved) {
    if (made.some(({ definition }) => servesForeignKey(definition, key.columns))) continue;
    const taken = [...remaining, ...made.map(({ definition }) => definition)].map(({ name }) => name);
    made.push({ definition: serversOwn(key, taken), after: taken });
  }
  return [...missing, ...made];
}

/** The index that the server would make for a foreign key, by the name that it would give it. */
function serversOwn({ name, table, columns }: ForeignKey, taken: readonly string[]): IndexDefinition {
  const generated = name.startsWith(`${table}_ibfk_`);
  const stem = generated ? columns[0]! : name;
  const used = new Set(taken.map((other) => other.toLowerCase()));
  let free = stem;
  for (let suffix = 2; used.has(free.toLowerCase()); suffix++) free = `${stem}_${suffix}`;
  return {
    table,
    name: free,
    parts: columns.map((column) => ({ kind: 'column', name: column, length: null, descending: false })),
    unique: false,
    type: 'BTREE',
    visible: true,
    comment: '',
  };
}

/** Behind the last of those that it followed. */
function insertLine({ definition, after }: DisplacedIndex, state: TableIndexes): readonly IndexLine[] {
  const before = new Set(after);
  const position = state.lines.findLastIndex(({ name }) => before.has(name)) + 1;
  const text = renderAddIndex(definition, state.server).replace(/^ADD /, '');
  return state.lines.toSpliced(position, 0, { name: definition.name, text, plain: true });
}

/**
 * Adds the indexes, and takes those behind them out and in again, unchanged: the servers put a new index last, and build
 * none again that is the same before and after (tested: it is possible with ALGORITHM=INSTANT).
 */
function inOrder(comingBack: readonly DisplacedIndex[], { lines }: TableIndexes): readonly string[] {
  const back = new Set(comingBack.map(({ definition }) => definition.name));
  const first = lines.findIndex(({ name }) => back.has(name));
  const moved = lines.slice(first).filter(({ plain }) => plain);
  return [
    ...moved.filter(({ name }) => !back.has(name)).map(({ name }) => renderDropIndex(name)),
    ...moved.map(({ text }) => `ADD ${text}`),
  ];
}

function putBack({ migration, definition }: LedgerEntry, displaced: DisplacedIndex): Finding {
  const { name, table, parts } = displaced.definition;
  return {
    severity: 'note',
    check: 'index-put-back',
    migration,
    message: `index ${name} (${describeParts(parts).join(', ')}) of ${table} comes back with the drop of ${definition.name}: a foreign key needs it`,
    hint: null,
  };
}

/** Foreign keys of other tables whose referenced columns would be left without an index: the server refuses the drop. */
function stillReferenced(
  { migration, definition }: LedgerEntry,
  dropped: IndexDefinition,
  { indexes, foreignKeys, table, schema }: TableIndexes,
): readonly Finding[] {
  return foreignKeys
    .filter(
      (key) =>
        key.referencedSchema === schema &&
        key.referencedTable === table &&
        servesForeignKey(dropped, key.referencedColumns) &&
        !indexes.some((index) => servesForeignKey(index, key.referencedColumns)),
    )
    .map((key) => ({
      severity: 'refuse',
      check: 'not-referenced',
      migration,
      message: `foreign key ${key.name} of table ${key.table} references the columns of index ${definition.name} of ${table}, which no other index serves`,
      hint: `drop the foreign key first, or build another index over (${key.referencedColumns.join(', ')}) of ${table}`,
    }));
}
