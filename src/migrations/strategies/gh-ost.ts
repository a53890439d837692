import type { TlsConfig } from '../../config/database-config.ts';
import { credentialsFile } from '../client-option-file.ts';
import { copyStem } from './copy-names.ts';
import type { CopyTool } from './copy-tool.ts';

/**
 * GitHub's gh-ost: it reads the binary log (row format) to keep the copy up to date, and needs no trigger. Its options are
 * those of its own doc/command-line-flags.md and go/cmd/gh-ost/main.go.
 */
export const ghOst: CopyTool = {
  program: 'gh-ost',
  // Older versions refuse a file with anything but user and password.
  login: credentialsFile,
  arguments: ({ config, table, clauses, optionFile, lockWaitTimeoutSeconds }) => [
    `--conf=${optionFile}`,
    `--host=${config.host}`,
    `--port=${config.port}`,
    ...tlsArguments(config.tls),
    `--database=${config.schema}`,
    `--table=${table}`,
    `--alter=${clauses.join(', ')}`,
    `--force-table-names=${copyStem(table)}`,
    '--allow-on-master',
    // Under our lock, and by these names, whatever there is was left by a run of ours that was killed.
    '--initially-drop-ghost-table',
    '--initially-drop-old-table',
    '--initially-drop-socket-file',
    '--ok-to-drop-table',
    `--cut-over-lock-timeout-seconds=${lockWaitTimeoutSeconds}`,
    '--execute',
  ],
  // The copy, its log of progress, and the original after the swap.
  besides: (table) => ['gho', 'ghc', 'del'].map((suffix) => `_${copyStem(table)}_${suffix}`),
  fraction: (line) => {
    const percent = /^Copy: .* (\d+(?:\.\d+)?)%;/.exec(line)?.[1];
    return percent === undefined ? null : Number(percent) / 100;
  },
};

/** It asks for TLS or does without; it cannot prefer it. */
function tlsArguments({ mode, caFile, certificateFile, keyFile }: TlsConfig): readonly string[] {
  if (mode !== 'required' && mode !== 'verify') return [];
  const files = { 'ssl-ca': caFile, 'ssl-cert': certificateFile, 'ssl-key': keyFile };
  return [
    '--ssl',
    ...Object.entries(files).flatMap(([name, file]) => (file === null ? [] : [`--${name}=${file}`])),
    ...(mode === 'required' ? ['--ssl-allow-insecure'] : []),
  ];
}
