import type { Database } from '../../databases/database.ts';
import type { Session } from '../../databases/session.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';
import type { BuildStrategy } from '../define-index.ts';
import type { Finding } from '../finding.ts';
import type { Inspection } from '../inspect.ts';
import type { Migration } from '../migration.ts';

/** A migration that is to be applied, and the index as the server will have it. */
export interface Candidate {
  readonly migration: Migration;
  readonly definition: IndexDefinition;
  readonly strategy: BuildStrategy;
}

export interface PreflightSubject {
  readonly database: Database;
  readonly session: Session;
  readonly candidates: readonly Candidate[];
  readonly inspection: Inspection;
}

/** One thing that must hold, or should be known, before the first statement. It only reads. */
export type PreflightCheck = (subject: PreflightSubject) => Promise<readonly Finding[]> | readonly Finding[];
