import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { Run } from '../run.ts';
import { runDdl } from '../run-ddl.ts';
import { COPY_TOOLS } from './copy-tools.ts';

type TriggerRow = { readonly name: string; readonly body: string };

/**
 * Removes what a copying tool left of a table: the tables beside it, and the triggers that write to them. All under a
 * write lock, so that no writer's trigger ever fails, and so that a tool that is still at work cannot swap in a copy that
 * its triggers no longer keep up to date. Does nothing where nothing is left. An aborted signal does not stop it: it is
 * what is done after an abort.
 */
export async function removeCopy(run: Run, table: string): Promise<void> {
  const { ddl } = run;
  const { schema } = run.database;
  const copies = (await findBesides(run, table)).map(quoteIdentifier);
  if (copies.length === 0) return;
  const unstoppable = { ...run, signal: new AbortController().signal };
  const locks = [quoteIdentifier(table), ...copies].map((name) => `${name} WRITE`);
  await runDdl(unstoppable, { table, indexes: [] }, `LOCK TABLES ${locks.join(', ')}`);
  try {
    const triggers = await run.monitor.query<TriggerRow>(
      `SELECT TRIGGER_NAME AS name, ACTION_STATEMENT AS body FROM information_schema.TRIGGERS
        WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?`,
      [schema, table],
    );
    for (const { name, body } of triggers) {
      if (copies.some((copy) => body.includes(copy)))
        await ddl.execute(`DROP TRIGGER ${qualifiedName(schema, name)}`);
    }
    for (const copy of copies) await ddl.execute(`DROP TABLE ${copy}`);
  } finally {
    await ddl.execute('UNLOCK TABLES');
  }
}

/** Those tables of any tool that are there. */
async function findBesides({ ddl, database }: Run, table: string): Promise<readonly string[]> {
  const names = Object.values(COPY_TOOLS).flatMap(({ besides }) => besides(table));
  const rows = await ddl.query<{ readonly name: string }>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (${names.map(() => '?').join(', ')})`,
    [database.schema, ...names],
  );
  return rows.map(({ name }) => name);
}
