import type { DdlOptions } from './ddl-connections.ts';

/** How a run goes about its DDL, whatever it changes. */
export interface EngineOptions extends DdlOptions {
  /** How long to wait for another runner of the schema. */
  readonly waitSeconds: number;
  /** Session variables of MySQL 8.0.27 and later; the server caps them. Null leaves the server's own. */
  readonly ddlBufferBytes: number | null;
  readonly ddlThreads: number | null;
  readonly parallelReadThreads: number | null;
}

export const DEFAULT_ENGINE_OPTIONS: EngineOptions = {
  waitSeconds: 0,
  lockWaitTimeoutSeconds: 5,
  lockAttempts: 20,
  killBlockersAfterSeconds: null,
  ddlBufferBytes: 128 * 1024 * 1024,
  ddlThreads: null,
  parallelReadThreads: null,
};
