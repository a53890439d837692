import type { DatabaseFindings } from './database-findings.ts';
import type { Recording } from './history/history.ts';
import type { VerificationRecord } from './history/verification-record.ts';

/** What one run of `verify` found. */
export interface Verification {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly toolVersion: string;
  readonly databases: readonly DatabaseVerification[];
}

/** The findings of one database, and what was known of it before. */
export interface DatabaseVerification extends DatabaseFindings {
  /** This verification as it is kept. */
  readonly record: VerificationRecord;
  readonly recording: Recording;
  /** Verifications that were kept before, latest first. */
  readonly history: readonly VerificationRecord[];
  /** The one that this one is compared with, or null where there is none. */
  readonly previous: VerificationRecord | null;
}
