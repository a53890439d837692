import type { LockHolder } from './lock-holder.ts';
import type { Blocker } from './watch/blockers.ts';

/** What happens during a run, for whoever shows it. Times in seconds. */
export type MigrationEvent =
  /** Another runner works on the schema. */
  | { readonly kind: 'waiting-for-lock'; readonly holder: LockHolder; readonly waitSeconds: number }
  /** A run that died left a statement that the server still works on; told about once a second. */
  | {
      readonly kind: 'waiting-for-orphaned-build';
      readonly holder: LockHolder;
      /** 0 to 1; null where the server does not tell. */
      readonly fraction: number | null;
    }
  /** A state that a crashed run left was resolved by what the server has. */
  | {
      readonly kind: 'reconciled';
      readonly migration: string;
      /** The index is there and is recorded; or it is not there and its migration is pending. */
      readonly outcome: 'recorded' | 'pending';
    }
  | { readonly kind: 'backed-up'; readonly file: string }
  | { readonly kind: 'warning'; readonly migration: string | null; readonly message: string }
  | { readonly kind: 'adopted'; readonly migration: string; readonly table: string; readonly index: string }
  | ({ readonly kind: 'build-started'; readonly statement: string; readonly rowsEstimate: number } & Work)
  | ({
      readonly kind: 'progress';
      /** 0 to 1; null where the server does not tell. */
      readonly fraction: number | null;
      readonly elapsedSeconds: number;
      readonly remainingSeconds: number | null;
    } & Work)
  | ({
      readonly kind: 'blocked';
      readonly blockers: readonly Blocker[];
      readonly waitedSeconds: number;
    } & Work)
  | ({ readonly kind: 'blocker-killed'; readonly blocker: Blocker } & Work)
  | ({
      readonly kind: 'retry';
      readonly attempt: number;
      readonly attempts: number;
      readonly delaySeconds: number;
      readonly reason: string;
    } & Work)
  | ({ readonly kind: 'build-finished'; readonly seconds: number } & Work)
  | ({ readonly kind: 'drop-started'; readonly statement: string } & Work)
  | ({ readonly kind: 'drop-finished'; readonly seconds: number } & Work)
  | {
      readonly kind: 'replica-lag';
      readonly replica: string;
      readonly lagSeconds: number | null;
      readonly limitSeconds: number;
    };

/** The table and the indexes that one statement is about. */
export interface Work {
  readonly table: string;
  readonly indexes: readonly string[];
}

export type Observe = (event: MigrationEvent) => void;
