import type { Project, ProjectDatabase } from '../config/project.ts';
import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import type { CheckName, Outcome } from './outcome.ts';

/** An open database, and the project's files of it. */
export interface Patient {
  readonly project: Project;
  readonly projectDatabase: ProjectDatabase;
  readonly database: Database;
  readonly session: Session;
}

/** A check of an open database. What it throws becomes a failed check. */
export interface DatabaseCheck {
  readonly name: CheckName;
  readonly run: (patient: Patient) => Promise<Outcome>;
}
