import type { ConfiguredDatabase, OpenProjectDatabase } from './project-databases.ts';
import { combineErrors } from './errors.ts';
import type { Telemetry } from './observability/telemetry.ts';

export interface OpenDatabases extends AsyncDisposable {
  readonly opened: readonly OpenProjectDatabase[];
}

/** Opens these databases, all or none, with the run's telemetry on their pools. A leak is a warning in its log. */
export async function openDatabases(
  configured: readonly ConfiguredDatabase[],
  telemetry: Telemetry,
): Promise<OpenDatabases> {
  const attempts = await Promise.allSettled(configured.map((item) => open(item, telemetry)));
  const databases = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failures = attempts.flatMap((attempt) =>
    attempt.status === 'rejected' ? [attempt.reason as unknown] : [],
  );
  const close = async () => {
    await Promise.all(databases.map((database) => database.close()));
  };
  if (failures.length === 0) {
    return { opened: databases.map(({ opened }) => opened), [Symbol.asyncDispose]: close };
  }
  await close();
  throw combineErrors(failures);
}

async function open(item: ConfiguredDatabase, telemetry: Telemetry) {
  // Not loaded by a command that needs no database.
  const { openDatabase } = await import('./databases/database.ts');
  const database = await openDatabase(item.config, {
    onEvent: telemetry.poolListener(item.name),
    leaks: 'report',
  });
  const watch = telemetry.watch(database);
  return {
    opened: { ...item, database },
    close: async () => {
      await database[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}
