import type { Project, ProjectDatabase } from '../config/project.ts';
import type { Database } from '../databases/database.ts';
import type { TableState } from '../sinks/sink.ts';
import type { CheckName, Outcome } from './outcome.ts';

/** An open database, and the project's files of it. */
export interface Patient {
  readonly project: Project;
  readonly projectDatabase: ProjectDatabase;
  /** Each check takes a session of its own, one at a time: the account may have no more. */
  readonly database: Database;
  /** What the sink knows of its tables. */
  readonly states: () => Promise<readonly TableState[]>;
}

/** A check of an open database. What it throws becomes a failed check. */
export interface DatabaseCheck {
  readonly name: CheckName;
  /** One outcome, or one for each thing that it found. */
  readonly run: (patient: Patient) => Promise<Outcome | readonly Outcome[]>;
}
