import type { TargetTable } from '../sink.ts';
import type { Claim } from './claim.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { columnList } from './clickhouse-identifiers.ts';
import {
  type CatalogTable,
  definitions,
  engineOf,
  fitView,
  planFitting,
  readTable,
} from './clickhouse-schema.ts';
import type { StoredColumn } from './stored-columns.ts';
import { rowsName } from './work-tables.ts';

/**
 * Makes a table fit the source's columns, and readers' view of it. `more` are columns that it is to have beside. Throws a
 * RefusedError, before anything is changed, for a column whose type no longer fits.
 */
export async function fitTable(
  opened: { readonly connection: ClickhouseConnection; readonly claim: Claim },
  target: TargetTable,
  more: readonly string[] = [],
): Promise<CatalogTable> {
  const { connection } = opened;
  const name = rowsName(target);
  const table = await readTable(connection, name);
  if (table === null) throw new Error(`there is no table ${name} to write to`);
  const { changes, key } = planFitting(connection, table, target);
  const all = [...changes, ...more];
  if (all.length > 0) {
    await connection.run(
      `ALTER TABLE ${connection.qualified(name)}${connection.onCluster} ${all.join(', ')}`,
    );
  }
  if (key.size > 0) await widenKey(opened, target, key);
  if (all.length === 0 && key.size === 0) return table;
  const fitted = (await readTable(connection, name))!;
  await fitView(connection, target, fitted);
  return fitted;
}

/** Writes a table anew whose key has larger types now, and puts it in the old one's place. */
async function widenKey(
  { connection, claim }: { readonly connection: ClickhouseConnection; readonly claim: Claim },
  target: TargetTable,
  key: ReadonlyMap<string, StoredColumn>,
): Promise<void> {
  const rows = connection.qualified(rowsName(target));
  const { columns } = (await readTable(connection, rowsName(target)))!;
  const widened = [...columns.values()].map((column) => key.get(column.name) ?? column);
  const wide = await claim.make('wide', `(${definitions(widened)}) ${engineOf(connection, target)}`);
  const names = columnList([...columns.values()]);
  await connection.run(
    `INSERT INTO ${wide} (${names}) SELECT ${names} FROM ${rows}${target.append ? '' : ' FINAL'}`,
  );
  await claim.vouchFor(wide);
  await connection.run(`EXCHANGE TABLES ${wide} AND ${rows}${connection.onCluster}`);
}
