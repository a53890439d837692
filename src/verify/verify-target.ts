import type { ProjectDatabase } from '../config/project.ts';
import type { Database } from '../databases/database.ts';

/** An open database of the project. */
export interface VerifyTarget extends ProjectDatabase {
  readonly database: Database;
}
