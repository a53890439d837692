import type { TableName } from '../sink.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { literal, OWN_PREFIX, publishedName, tableHash } from './clickhouse-identifiers.ts';

/**
 * The tables that a claim works with, named by its epoch:
 * - `stage`: the claim itself, and the rows of the next commit
 * - `raw`: rows as they came, of which the stage gets those that count
 * - `load`: a load that is not published; it goes from claim to claim
 * - `wide`: the table anew, with a key of another type
 * - `excluded`, `found`: what a comparison leaves out, and what it found
 */
export type WorkKind = 'stage' | 'raw' | 'load' | 'wide' | 'excluded' | 'found';

export interface WorkTable {
  readonly name: string;
  readonly kind: WorkKind;
  readonly epoch: number;
  readonly uuid: string;
  readonly comment: string;
  /** Seconds since its definition was last written, on the server's clock. */
  readonly age: number;
}

export function workName(kind: WorkKind, table: TableName, epoch: number): string {
  return `${OWN_PREFIX}${kind}_${tableHash(table)}_${epoch}`;
}

/** Where all rows of a table are, with versions that were replaced; readers have a view of it. */
export function rowsName(table: TableName): string {
  return `${OWN_PREFIX}rows_${publishedName(table)}`;
}

/** The tables of all claims of a table, the latest claim's first. */
export async function workTables(
  connection: ClickhouseConnection,
  table: TableName,
): Promise<readonly WorkTable[]> {
  const rows = await connection.rows(
    `SELECT name, comment, toString(uuid) AS uuid, dateDiff('second', metadata_modification_time, now()) AS age
       FROM system.tables WHERE database = ${literal(connection.address.database)}
        AND match(name, ${literal(`^${OWN_PREFIX}[a-z]+_${tableHash(table)}_[0-9]+$`)})`,
  );
  return rows
    .map((row): WorkTable => {
      const name = String(row['name']);
      const [, kind, , epoch] = name.slice(1).split('_');
      return {
        name,
        kind: kind as WorkKind,
        epoch: Number(epoch),
        uuid: String(row['uuid']),
        comment: String(row['comment']),
        age: Number(row['age']),
      };
    })
    .toSorted((left, right) => right.epoch - left.epoch);
}

export async function dropTable(connection: ClickhouseConnection, name: string): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${connection.qualified(name)}${connection.onCluster} SYNC`);
}
