import type { PoolEvent } from '../../src/databases/pool-events.ts';

/** Listens to a pool and keeps what it heard. */
export class RecordedEvents {
  readonly all: PoolEvent[] = [];
  readonly listen = (event: PoolEvent): void => {
    this.all.push(event);
  };

  of<Kind extends PoolEvent['kind']>(kind: Kind): readonly Extract<PoolEvent, { kind: Kind }>[] {
    return this.all.filter((event): event is Extract<PoolEvent, { kind: Kind }> => event.kind === kind);
  }

  /** Why connections were closed, in order. */
  get closeReasons(): readonly string[] {
    return this.of('closed').map(({ reason }) => reason);
  }
}
