import { type ServerInfo, atLeast } from '../../databases/server.ts';
import { clientOptionFile } from '../client-option-file.ts';
import { copyStem } from './copy-names.ts';
import type { CopyTool } from './copy-tool.ts';

/** Percona Toolkit's pt-online-schema-change: triggers keep the copy up to date. */
export const ptOsc: CopyTool = {
  program: 'pt-online-schema-change',
  login: clientOptionFile,
  arguments: ({ config, server, table, clauses, optionFile, lockWaitTimeoutSeconds }) => [
    `--defaults-file=${optionFile}`,
    `--alter=${clauses.join(', ')}`,
    `--new-table-name=${newTable(table)}`,
    `--set-vars=${[`lock_wait_timeout=${lockWaitTimeoutSeconds}`, ...explainFormat(server)].join(',')}`,
    '--progress=time,1',
    // MySQL 8.4 took SHOW SLAVE HOSTS away, without which older versions of the tool cannot look for replicas.
    ...(server.flavour === 'mysql' && atLeast(server.version, [8, 4, 0]) ? ['--recursion-method=none'] : []),
    '--execute',
    `D=${escapeDsn(config.schema)},t=${escapeDsn(table)}`,
  ],
  besides: (table) => [newTable(table)],
  fraction: (line) => {
    const percent = /Copying .*:\s+(\d+)% /.exec(line)?.[1];
    return percent === undefined ? null : Number(percent) / 100;
  },
};

function newTable(table: string): string {
  return `_${copyStem(table)}_new`;
}

/** The tool judges its chunks by EXPLAIN's columns, which are no longer the default format of MySQL 9. */
function explainFormat(server: ServerInfo): readonly string[] {
  const has = server.flavour === 'mysql' && atLeast(server.version, [8, 0, 32]);
  return has ? ['explain_format=TRADITIONAL'] : [];
}

/** The tool's manual, "DSN OPTIONS": a comma in a value is escaped. */
function escapeDsn(value: string): string {
  return value.replaceAll(',', String.raw`\,`);
}
