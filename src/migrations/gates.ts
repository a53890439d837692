import type { BackupOptions } from './backup.ts';
import { throwIfInterrupted } from './pause.ts';
import { type ReplicaAddress, waitForReplicas } from './replicas.ts';
import type { Run } from './run.ts';
import { type MaintenanceWindow, requireWindow } from './window.ts';

/** What has to hold before each change of a table. */
export interface GateOptions {
  readonly window: MaintenanceWindow | null;
  /** Waits while one of the replicas is further behind; null does not look. */
  readonly maxReplicaLagSeconds: number | null;
  readonly replicas: readonly ReplicaAddress[];
  /** Taken before the first change; null takes none. */
  readonly backup: BackupOptions | null;
}

export const DEFAULT_GATES: GateOptions = {
  window: null,
  maxReplicaLagSeconds: null,
  replicas: [],
  backup: null,
};

/** Passed before each table: no abort, inside the window, replicas near enough. `done` says what was changed so far. */
export async function passGates(run: Run, gates: GateOptions, done: string): Promise<void> {
  throwIfInterrupted(run.signal);
  requireWindow(gates.window, run.now(), done);
  if (gates.maxReplicaLagSeconds === null) return;
  await waitForReplicas({
    config: run.database.config,
    replicas: gates.replicas,
    limitSeconds: gates.maxReplicaLagSeconds,
    observe: run.observe,
    signal: run.signal,
  });
}
