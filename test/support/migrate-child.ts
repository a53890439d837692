import { setTimeout as sleep } from 'node:timers/promises';
import type { IndexOptions } from '../../src/migrations/define-index.ts';
import type { Checkpoint } from '../../src/migrations/run.ts';
import { openTestDatabase } from './database-config.ts';
import { down, testMigrations, up } from './migrations.ts';
import type { SchemaSettings } from './schemas.ts';

/** What `migrate-child.ts` is told to do, as its one argument in JSON. */
export interface ChildOrder {
  readonly command: 'up' | 'down';
  readonly settings: SchemaSettings;
  readonly declarations: readonly IndexOptions[];
  /** Ends its own process with SIGKILL at this step; null runs to the end. */
  readonly killAt: Checkpoint | null;
  /** How often it comes to that step before; none if left out. */
  readonly spared?: number;
  readonly waitSeconds?: number;
}

/** The server has a statement by then that the driver has written to the socket. */
const DELIVERY_MILLISECONDS = 200;

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const migrations = testMigrations(...order.declarations);
let spared = order.spared ?? 0;
const checkpoint = async (step: Checkpoint) => {
  if (step !== order.killAt || spared-- > 0) return;
  if (step === 'statement-sent') await sleep(DELIVERY_MILLISECONDS);
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process while it waits here.
  await sleep(60_000);
};
await using database = await openTestDatabase(order.settings);
const options = { waitSeconds: order.waitSeconds ?? 0 };
const result =
  order.command === 'up'
    ? await up(database, migrations, options, { checkpoint })
    : await down(database, migrations, { ...options, all: true }, { checkpoint });
process.stdout.write(JSON.stringify(result));
