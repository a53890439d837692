import { didYouMean } from '../config/nearest.ts';
import { UsageError } from '../errors.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Migration } from './migration.ts';
import type { MigrationState } from './migration-state.ts';

/** The migrations that `up` has to apply, in order. Throws a UsageError for an unknown `to`. */
export function selectUp(
  states: readonly MigrationState[],
  { to, step }: { readonly to: string | null; readonly step: number | null },
): readonly Migration[] {
  const known = states.flatMap((state) => (state.kind === 'orphan' ? [] : [state.migration.name]));
  requireStep(step);
  if (to !== null) requireKnown(to, known, 'migrations');
  const waiting = states.flatMap((state) =>
    state.kind === 'pending' || state.kind === 'failed' || state.kind === 'unresolved'
      ? [state.migration]
      : [],
  );
  const upTo = to === null ? waiting : waiting.filter(({ name }) => name <= to);
  return step === null ? upTo : upTo.slice(0, step);
}

export interface DownSelection {
  /** Undoes the migrations after this one and, as Umzug's `down({ to })` does, this one too. */
  readonly to: string | null;
  /** Undoes this many; one, if nothing else is said. */
  readonly step: number | null;
  readonly all: boolean;
}

/** The entries that `down` has to undo, latest first. Throws a UsageError for a `to` that is not in place. */
export function selectDown(
  entries: readonly LedgerEntry[],
  { to, step, all }: DownSelection,
): readonly LedgerEntry[] {
  const latestFirst = entries.toReversed();
  requireStep(step);
  if (all) return latestFirst;
  if (to === null) return latestFirst.slice(0, step ?? 1);
  requireKnown(
    to,
    entries.map(({ migration }) => migration),
    'applied migrations',
  );
  return latestFirst.filter(({ migration }) => migration >= to);
}

function requireStep(step: number | null): void {
  if (step !== null && !(Number.isInteger(step) && step >= 1)) {
    throw new UsageError(`--step ${step}: not a whole number above 0`);
  }
}

function requireKnown(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  throw new UsageError(`unknown migration: "${name}"`, {
    hint: [didYouMean(name, known, what), '"migrate status" lists them'],
  });
}
