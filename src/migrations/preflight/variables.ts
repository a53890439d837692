import type { Session } from '../../databases/session.ts';

/** Server variables by lower-case name; one that the server does not know is left out. */
export async function readVariables(
  session: Session,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ readonly Variable_name: string; readonly Value: string | null }>(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(() => '?').join(', ')})`,
    names,
  );
  return new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value ?? '']));
}
