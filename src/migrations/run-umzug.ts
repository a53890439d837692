import type { RunnableMigration } from 'umzug';
import type { Database } from '../databases/database.ts';
import { umzugStorage } from './umzug-storage.ts';

/** One migration as Umzug runs it: the work, then the record of its outcome. */
export interface UmzugStep {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly record: () => Promise<void>;
}

/** Applies the steps in their order; those that the ledger has in place already are left out. */
export async function runUp(database: Database, steps: readonly UmzugStep[]): Promise<void> {
  const umzug = await createUmzug(database, steps, (step) => ({ name: step.name, up: step.run }));
  await unwrap(umzug.up());
}

/** Undoes the steps in their order. */
export async function runDown(database: Database, steps: readonly UmzugStep[]): Promise<void> {
  const umzug = await createUmzug(database, steps, (step) => ({
    name: step.name,
    up: () => Promise.reject(new Error('undone only')),
    down: step.run,
  }));
  await unwrap(umzug.down({ migrations: steps.map(({ name }) => name) }));
}

/** Umzug brings a command-line parser of its own, so it is loaded where there is something to run. */
async function createUmzug(
  database: Database,
  steps: readonly UmzugStep[],
  runnable: (step: UmzugStep) => RunnableMigration<Record<string, unknown>>,
) {
  const { Umzug } = await import('umzug');
  const stepByName = new Map(steps.map((step) => [step.name, step]));
  const record = async (name: string) => stepByName.get(name)?.record();
  return new Umzug<Record<string, unknown>>({
    migrations: steps.map(runnable),
    storage: umzugStorage(database, { up: record, down: record }),
    logger: undefined,
  });
}

/** Umzug wraps what a migration throws; our errors carry the exit code and the hint. */
async function unwrap(run: Promise<unknown>): Promise<void> {
  try {
    await run;
  } catch (error) {
    const { MigrationError } = await import('umzug');
    throw error instanceof MigrationError ? error.cause : error;
  }
}
