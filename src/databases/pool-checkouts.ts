import type { Connection } from 'mysql2';
import { timerMillis } from './timer.ts';

/** Who has a connection, since when, and which code took it. */
export interface Holder {
  readonly connectionId: number;
  readonly heldSeconds: number;
  /** The first caller outside the pool, such as `runTable (src/pipeline/run/run-table.ts:52:20)`. */
  readonly takenAt: string;
  /** The whole stack that took it. */
  readonly stack: string;
}

interface Checkout {
  readonly since: number;
  /** Its text is made only when somebody asks for it: that is what makes a stack for each checkout affordable. */
  readonly trace: Error;
  readonly limit: NodeJS.Timeout;
}

/** The connections of a pool that are out, with the stacks that took them. */
export class Checkouts {
  readonly #current = new Map<Connection, Checkout>();
  readonly #limitMillis: number;
  readonly #onHeldLong: (holder: Holder) => void;

  constructor(options: { readonly limitSeconds: number; readonly onHeldLong: (holder: Holder) => void }) {
    this.#limitMillis = timerMillis(options.limitSeconds);
    this.#onHeldLong = options.onHeldLong;
  }

  begin(connection: Connection, trace: Error): void {
    const since = performance.now();
    const limit = setTimeout(() => {
      this.#onHeldLong(describe(connection, { since, trace }));
    }, this.#limitMillis);
    limit.unref();
    this.#current.set(connection, { since, trace, limit });
  }

  /** How long it was out, in seconds; null if it was not. */
  end(connection: Connection): number | null {
    const checkout = this.#current.get(connection);
    if (checkout === undefined) return null;
    clearTimeout(checkout.limit);
    this.#current.delete(connection);
    return (performance.now() - checkout.since) / 1000;
  }

  has(connection: Connection): boolean {
    return this.#current.has(connection);
  }

  get count(): number {
    return this.#current.size;
  }

  get connections(): readonly Connection[] {
    return [...this.#current.keys()];
  }

  /** Longest first. */
  holders(): readonly Holder[] {
    return [...this.#current].map(([connection, checkout]) => describe(connection, checkout));
  }
}

/** One line per holder, for an error message. */
export function describeHolders(holders: readonly Holder[]): string {
  const shown = holders.slice(0, 10).map(describeHolder);
  const more = holders.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `  - ${line}`).join('\n');
}

export function describeHolder({ connectionId, heldSeconds, takenAt }: Holder): string {
  return `connection ${connectionId}, for ${heldSeconds.toFixed(1)} s, taken at ${takenAt}`;
}

function describe(connection: Connection, { since, trace }: Pick<Checkout, 'since' | 'trace'>): Holder {
  const frames = (trace.stack ?? '').split('\n').slice(1);
  return {
    connectionId: connection.threadId,
    heldSeconds: (performance.now() - since) / 1000,
    takenAt: firstCaller(frames),
    stack: frames.join('\n'),
  };
}

function firstCaller(frames: readonly string[]): string {
  const ownFolder = import.meta.dirname;
  const caller = frames.find((frame) => !/node_modules|node:/.test(frame) && !frame.includes(ownFolder));
  if (caller !== undefined) return caller.trim().replace(/^at (async )?/, '');
  // Knex runs a query when its promise is awaited, in a turn that knows no caller.
  return frames.some((frame) => frame.includes('/knex/')) ? 'a knex query' : 'an unknown place';
}
