import type { RunRecord } from '../../sinks/sink.ts';

/** What the writers of reports know beside the verification. */
export interface ReportContext {
  /** Absolute path; files are named relative to it. */
  readonly projectDirectory: string;
  /** For the page: the last runs of the extraction, latest first. */
  readonly runs?: readonly RunRecord[];
  /** For the page: how the last command used its connections. */
  readonly pools?: readonly PoolUse[] | null;
}

/** The use of one database's pool in one run. */
export interface PoolUse {
  readonly database: string;
  /** Connections that are kept open. */
  readonly size: number;
  /** Connections in use on average, as a part of `size`. */
  readonly utilisation: number;
  readonly peakInUse: number;
  readonly samples: readonly { readonly at: string; readonly inUse: number; readonly waiting: number }[];
}
