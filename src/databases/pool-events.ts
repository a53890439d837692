import type { Holder } from './pool-checkouts.ts';

/** Why a connection was closed; terms as in SQLAlchemy's pool. */
export type CloseReason =
  /** Older than `DB_POOL_RECYCLE`. */
  | 'recycled'
  /** Its death was noticed while it was idle or in use. */
  | 'dead'
  /** It did not answer the ping before a checkout. */
  | 'ping-failed'
  /** Opened before another connection was found stalled. */
  | 'invalidated'
  /** Returned while `DB_POOL_SIZE` others were idle, or idle beyond that number. */
  | 'overflow'
  | 'shutdown';

/** What happens in a pool, in the order in which it happens. Durations in seconds. */
export type PoolEvent =
  | { readonly kind: 'connected'; readonly connectionId: number; readonly seconds: number }
  | { readonly kind: 'connect-failed'; readonly error: unknown; readonly seconds: number }
  | { readonly kind: 'acquired'; readonly connectionId: number; readonly waitSeconds: number }
  | { readonly kind: 'acquire-failed'; readonly error: unknown; readonly waitSeconds: number }
  | { readonly kind: 'released'; readonly connectionId: number; readonly heldSeconds: number }
  | {
      readonly kind: 'closed';
      readonly connectionId: number;
      readonly reason: CloseReason;
      readonly ageSeconds: number;
    }
  /** A checkout has lasted longer than `DB_POOL_LEAK_LIMIT`; said once per checkout. */
  | { readonly kind: 'held-long'; readonly holder: Holder }
  /** A connection was not returned before the database was closed. */
  | { readonly kind: 'leaked'; readonly holder: Holder };

export type PoolListener = (event: PoolEvent) => void;
