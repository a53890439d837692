import type { DatabaseConfig } from '../../config/database-config.ts';
import type { ServerInfo } from '../../databases/server.ts';
import type { ClientOptionFile } from '../client-option-file.ts';
import type { BuildStrategy } from '../define-index.ts';

export type CopyStrategy = Exclude<BuildStrategy, 'native'>;

/** What a tool is asked to do. */
export interface CopyOrder {
  readonly config: DatabaseConfig;
  readonly server: ServerInfo;
  readonly table: string;
  /** `ADD INDEX …` each. */
  readonly clauses: readonly string[];
  /** What the tool's `login` wrote. */
  readonly optionFile: string;
  readonly lockWaitTimeoutSeconds: number;
}

/** A tool that builds indexes on a copy of the table, keeps the copy up to date, and swaps it in. */
export interface CopyTool {
  readonly program: string;
  /** Writes user and password in the form that the tool reads. */
  readonly login: (config: DatabaseConfig) => Promise<ClientOptionFile>;
  readonly arguments: (order: CopyOrder) => readonly string[];
  /** The tables that it makes beside a table, and leaves there when it is killed. */
  readonly besides: (table: string) => readonly string[];
  /** The share that is copied, 0 to 1, if this line of its output tells it. */
  readonly fraction: (line: string) => number | null;
}
