import type { Compaction, TableName } from '../sink.ts';
import { Claim } from './claim.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { literal } from './clickhouse-identifiers.ts';
import { stateOf, versionOf } from './clickhouse-state.ts';
import { commitState } from './commits.ts';
import { countRows } from './recovery.ts';
import { REMOVED, SEQUENCE } from './stored-columns.ts';
import { rowsName } from './work-tables.ts';

/** What a table is kept in: parts, of which one is as good as it gets. */
interface Extent {
  readonly parts: number;
  readonly rows: number;
}

/** Merges a table's parts to one, without versions that were replaced and rows that were removed; null where it is compact. */
export async function compactTable(
  connection: ClickhouseConnection,
  table: TableName,
): Promise<Compaction | null> {
  await using claim = await Claim.take(connection, table);
  const state = stateOf(claim.found);
  if (state === null) return null;
  const rows = connection.qualified(rowsName(table));
  const before = await extentOf(connection, table);
  const count = async (what: string) =>
    Number(await connection.value(`SELECT toString(count()) AS c FROM ${rows} ${what}`));
  if (before.rows === 0) return null;
  // One part may have versions of a row as well: those of one insert.
  if (before.parts === 1 && (state.append || (await count('FINAL')) === before.rows)) return null;
  await connection.run(`OPTIMIZE TABLE ${rows}${connection.onCluster} FINAL`);
  if (!state.append && (await count(`WHERE ${REMOVED} = 1`)) > 0) {
    // There is no earlier version left that a removed row would have to hide; later ones are not touched.
    await connection.run(
      `ALTER TABLE ${rows}${connection.onCluster} DELETE WHERE ${REMOVED} = 1 AND ${SEQUENCE} < ${versionOf(claim.epoch, 0)}`,
    );
  }
  const after = await countRows(connection, table);
  await commitState(connection, claim, table, { state: claim.found.state, rows: after });
  return { ...table, filesBefore: before.parts, rowsBefore: before.rows, rowsAfter: after };
}

async function extentOf(connection: ClickhouseConnection, table: TableName): Promise<Extent> {
  const [row = {}] = await connection.rows(
    `SELECT toString(count()) AS parts, toString(sum(rows)) AS total FROM system.parts
      WHERE active AND database = ${literal(connection.address.database)} AND table = ${literal(rowsName(table))}`,
  );
  return { parts: Number(row['parts']), rows: Number(row['total']) };
}
