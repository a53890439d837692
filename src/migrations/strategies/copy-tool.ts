import { createHash } from 'node:crypto';
import type { DatabaseConfig } from '../../config/database-config.ts';
import { type ServerInfo, atLeast } from '../../databases/server.ts';
import type { BuildStrategy } from '../define-index.ts';

export type CopyStrategy = Exclude<BuildStrategy, 'native'>;

/** What a tool is asked to do. */
export interface CopyOrder {
  readonly config: DatabaseConfig;
  readonly server: ServerInfo;
  readonly table: string;
  /** `ADD INDEX …` each. */
  readonly clauses: readonly string[];
  /** Host, login and TLS files. */
  readonly optionFile: string;
  readonly lockWaitTimeoutSeconds: number;
}

/** A tool that builds indexes on a copy of the table, keeps the copy up to date, and swaps it in. */
export interface CopyTool {
  readonly program: string;
  readonly arguments: (order: CopyOrder) => readonly string[];
  /** The share that is copied, 0 to 1, if this line of its output tells it. */
  readonly fraction: (line: string) => number | null;
}

const LONGEST_IDENTIFIER = 64;

/**
 * The copy's name, which no other tool gives, so that what a killed run leaves can be told from a table of somebody's. A
 * long name is cut, with a hash in its place.
 */
export function copyName(table: string): string {
  const name = `_${table}_tidemark_new`;
  if (name.length <= LONGEST_IDENTIFIER) return name;
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 8);
  return `_${table.slice(0, 40)}_${hash}_tidemark_new`;
}

/** Percona Toolkit's pt-online-schema-change: triggers keep the copy up to date. */
const ptOsc: CopyTool = {
  program: 'pt-online-schema-change',
  arguments: ({ config, server, table, clauses, optionFile, lockWaitTimeoutSeconds }) => [
    `--defaults-file=${optionFile}`,
    `--alter=${clauses.join(', ')}`,
    `--new-table-name=${copyName(table)}`,
    `--set-vars=${[`lock_wait_timeout=${lockWaitTimeoutSeconds}`, ...explainFormat(server)].join(',')}`,
    '--progress=time,1',
    // MySQL 8.4 took SHOW SLAVE HOSTS away, without which older versions of the tool cannot look for replicas.
    ...(server.flavour === 'mysql' && atLeast(server.version, [8, 4, 0]) ? ['--recursion-method=none'] : []),
    '--execute',
    `D=${escapeDsn(config.schema)},t=${escapeDsn(table)}`,
  ],
  fraction: (line) => {
    const percent = /Copying .*:\s+(\d+)% /.exec(line)?.[1];
    return percent === undefined ? null : Number(percent) / 100;
  },
};

/** GitHub's gh-ost: it reads the binary log (row format) to keep the copy up to date, and needs no trigger. */
const ghOst: CopyTool = {
  program: 'gh-ost',
  arguments: ({ config, table, clauses, optionFile, lockWaitTimeoutSeconds }) => [
    `--conf=${optionFile}`,
    `--host=${config.host}`,
    `--port=${config.port}`,
    `--database=${config.schema}`,
    `--table=${table}`,
    `--alter=${clauses.join(', ')}`,
    '--allow-on-master',
    '--initially-drop-ghost-table',
    `--cut-over-lock-timeout-seconds=${lockWaitTimeoutSeconds}`,
    '--execute',
  ],
  fraction: (line) => {
    const percent = /^Copy: .* (\d+(?:\.\d+)?)%;/.exec(line)?.[1];
    return percent === undefined ? null : Number(percent) / 100;
  },
};

export const COPY_TOOLS: Readonly<Record<CopyStrategy, CopyTool>> = { 'pt-osc': ptOsc, 'gh-ost': ghOst };

/** The tool judges its chunks by EXPLAIN's columns, which are no longer the default format of MySQL 9. */
function explainFormat(server: ServerInfo): readonly string[] {
  const has = server.flavour === 'mysql' && atLeast(server.version, [8, 0, 32]);
  return has ? ['explain_format=TRADITIONAL'] : [];
}

/** The tool's manual, "DSN OPTIONS": a comma in a value is escaped. */
function escapeDsn(value: string): string {
  return value.replaceAll(',', String.raw`\,`);
}
