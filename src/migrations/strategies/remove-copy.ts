import { qualifiedName, quoteIdentifier } from '../../databases/identifiers.ts';
import type { Run } from '../run.ts';
import { runDdl } from '../run-ddl.ts';
import { copyName } from './copy-tool.ts';

type TriggerRow = { readonly name: string; readonly body: string };

/**
 * Removes what pt-online-schema-change left of a table: the copy, and the triggers that write to it. Both under a write
 * lock, so that no writer's trigger ever fails, and so that a tool that is still at work cannot swap in a copy that its
 * triggers no longer keep up to date. Does nothing where there is no copy. An aborted signal does not stop it: it is what
 * is done after an abort.
 */
export async function removeCopy(run: Run, table: string): Promise<void> {
  const { ddl } = run;
  const { schema } = run.database;
  const copy = copyName(table);
  const present = await ddl.value(
    'SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    [schema, copy],
  );
  if (present === null) return;
  const unstoppable = { ...run, signal: new AbortController().signal };
  const lock = `LOCK TABLES ${quoteIdentifier(table)} WRITE, ${quoteIdentifier(copy)} WRITE`;
  await runDdl(unstoppable, { table, indexes: [] }, lock);
  try {
    const triggers = await run.monitor.query<TriggerRow>(
      `SELECT TRIGGER_NAME AS name, ACTION_STATEMENT AS body FROM information_schema.TRIGGERS
        WHERE TRIGGER_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?`,
      [schema, table],
    );
    for (const { name, body } of triggers) {
      if (body.includes(quoteIdentifier(copy)))
        await ddl.execute(`DROP TRIGGER ${qualifiedName(schema, name)}`);
    }
    await ddl.execute(`DROP TABLE ${quoteIdentifier(copy)}`);
  } finally {
    await ddl.execute('UNLOCK TABLES');
  }
}
