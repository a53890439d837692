import { columnList, identifier } from './clickhouse-identifiers.ts';
import { DELETED_AT, REMOVED, SEQUENCE, type StoredColumn } from './stored-columns.ts';

type Named = Pick<StoredColumn, 'name' | 'nullable'>;

/** Two relations' rows of one key, whose columns are never NULL. */
export function sameKey(key: readonly string[], left: string, right: string): string {
  return key.map((name) => `${left}.${identifier(name)} = ${right}.${identifier(name)}`).join(' AND ');
}

/** A key as one value. */
export function keyTuple(key: readonly string[], alias?: string): string {
  return `(${columnList(
    key.map((name) => ({ name })),
    alias,
  )})`;
}

/** Whether two rows have other values; NULL is equal to NULL alone. */
export function differs(columns: readonly Named[], left: string, right: string): string {
  const unequal = columns.map(({ name, nullable }) => {
    const [one, other] = [`${left}.${identifier(name)}`, `${right}.${identifier(name)}`];
    if (!nullable) return `${one} != ${other}`;
    return `ifNull(${one} != ${other}, isNull(${one}) != isNull(${other}))`;
  });
  return unequal.length === 0 ? '0' : `(${unequal.join(' OR ')})`;
}

/** What a query of rows to be written is made of. */
export interface Merging {
  /** Rows as they came, as SQL writes the table's name, and those that the sink has. */
  readonly raw: string;
  readonly rows: string;
  readonly key: readonly string[];
  /** Columns that are filled. */
  readonly columns: readonly StoredColumn[];
  /** Columns of the sink that the source no longer has: they are NULL in rows that are read again. */
  readonly dropped: readonly StoredColumn[];
  /** Whether rows may be marked as deleted. */
  readonly marks: boolean;
}

/** A query of the last version of each row that came, of those alone that the sink does not have as they are. */
export function changedRows({ raw, rows, key, columns, dropped, marks }: Merging): string {
  const gone = [...dropped.map(({ name }) => name), ...(marks ? [DELETED_AT] : [])];
  const reset = gone.map((name) => ` OR isNotNull(known.${identifier(name)})`).join('');
  return `
    SELECT ${columnList([...columns, { name: SEQUENCE }], 'came')} FROM (SELECT * FROM ${raw} FINAL) AS came
      LEFT JOIN (SELECT * FROM ${rows} FINAL WHERE ${keyTuple(key)} IN (SELECT ${keyTuple(key)} FROM ${raw})) AS known
             ON ${sameKey(key, 'came', 'known')}
     WHERE known.${SEQUENCE} = 0 OR ${differs(columns, 'came', 'known')}${reset}`;
}

/**
 * A query of the rows that a change log does not have yet. A row that was read again and did not change is the version
 * that the log has last for its key; a row that went back to former values is a new version. Without a key, a row is there
 * as often as the log has its values, and the copies beyond that are new: copies share their cursor's value, so one commit
 * has all of them or none.
 */
export function newVersions(
  { raw, rows, key, columns }: Pick<Merging, 'raw' | 'rows' | 'key' | 'columns'>,
  cursor: string,
): string {
  if (key.length > 0) {
    return `
      SELECT ${columnList(columns, 'came')} FROM ${raw} AS came
        LEFT JOIN (SELECT * FROM ${rows} WHERE ${keyTuple(key)} IN (SELECT ${keyTuple(key)} FROM ${raw})
                    ORDER BY ${SEQUENCE} DESC LIMIT 1 BY ${columnList(key.map((name) => ({ name })))}) AS known
               ON ${sameKey(key, 'came', 'known')}
       WHERE known.${SEQUENCE} = 0 OR ${differs(columns, 'came', 'known')}`;
  }
  const list = columnList(columns);
  const at = identifier(cursor);
  return `
    SELECT ${list} FROM (
      SELECT ${list}, sum(_tidemark_copies) AS _tidemark_more FROM (
        SELECT ${list}, 1 AS _tidemark_copies FROM ${raw}
        UNION ALL
        SELECT ${list}, -1 AS _tidemark_copies FROM ${rows} WHERE isNull(${at}) OR ${at} IN (SELECT ${at} FROM ${raw}))
      GROUP BY ${list} HAVING _tidemark_more > 0)
    ARRAY JOIN range(toUInt64(_tidemark_more)) AS _tidemark_copy`;
}

/** The columns that a row is restored with, whole, in another version of it. */
export function restored(columns: Iterable<StoredColumn>): readonly StoredColumn[] {
  return [...columns].filter(({ name }) => name !== SEQUENCE && name !== REMOVED && name !== DELETED_AT);
}
