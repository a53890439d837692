import type { DdlConnections } from '../ddl-connections.ts';
import type { Work } from '../events.ts';
import { type Blocker, findBlockers, waitsForMetadataLock } from './blockers.ts';
import { openProgressReader } from './progress.ts';

/** Looks at a statement about once a second while it runs, and tells what it sees. */
export interface StatementWatch extends AsyncDisposable {
  /** The statement starts, again. */
  resume(): void;
  /** The statement has ended. */
  pause(): Promise<void>;
}

const INTERVAL_MILLISECONDS = 500;
/** Below this, what is left is a guess. */
const LEAST_FRACTION = 0.01;

/** Watches on the monitoring connection. What it cannot see it leaves out: a watch never fails a build. */
export async function watchStatement(connections: DdlConnections, work: Work): Promise<StatementWatch> {
  const { monitor, database, observe, options } = connections;
  const progress = await openProgressReader(monitor, database.server);
  const connectionId = connections.ddl.connectionId;
  const waiting = { connectionId, schema: database.schema, table: work.table };
  const killed = new Set<number>();
  let startedAt = 0;
  let blockedSeconds = 0;
  let timer: NodeJS.Timeout | null = null;
  let inFlight: Promise<void> = Promise.resolve();

  const kill = async (blockers: readonly Blocker[]) => {
    const limit = options.killBlockersAfterSeconds;
    if (limit === null || blockedSeconds < limit) return;
    for (const blocker of blockers) {
      // A replica's applier would only start over, or stop for good.
      if (!blocker.certain || blocker.user === 'system user' || killed.has(blocker.connectionId)) continue;
      await monitor.execute(`KILL ${blocker.connectionId}`);
      killed.add(blocker.connectionId);
      observe({ kind: 'blocker-killed', ...work, blocker });
    }
  };

  const look = async () => {
    if (await waitsForMetadataLock(monitor, connectionId)) {
      blockedSeconds += INTERVAL_MILLISECONDS / 1000;
      const blockers = await findBlockers(monitor, database.server, waiting);
      observe({ kind: 'blocked', ...work, blockers, waitedSeconds: blockedSeconds });
      await kill(blockers);
      return;
    }
    const fraction = await progress.read(connectionId);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const remainingSeconds =
      fraction === null || fraction < LEAST_FRACTION ? null : (elapsedSeconds * (1 - fraction)) / fraction;
    observe({ kind: 'progress', ...work, fraction, elapsedSeconds, remainingSeconds });
  };

  const lookAndGoOn = async () => {
    await look().catch(() => undefined);
    if (timer !== null) schedule();
  };

  const schedule = () => {
    timer = setTimeout(() => {
      inFlight = lookAndGoOn();
    }, INTERVAL_MILLISECONDS);
  };

  const stop = async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    await inFlight;
  };

  return {
    resume() {
      startedAt = performance.now();
      schedule();
    },
    pause: stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await progress[Symbol.asyncDispose]();
    },
  };
}
