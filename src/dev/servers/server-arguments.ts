import { userInfo } from 'node:os';
import { quoteString } from '../../databases/identifiers.ts';
import { identifyingArgument, type ServerFiles } from './server-files.ts';
import type { ServerState } from './server-state.ts';
import type { Command, ServerSoftware } from './software.ts';

/** MySQL's compiled-in directory of secure_file_priv need not exist, and then the server does not start. */
const NO_FILE_PRIVILEGE = '--secure-file-priv=NULL';

/** The command that fills an empty data directory. */
export function initialiseCommand(software: ServerSoftware, data: string): Command {
  const common = ['--no-defaults', ...software.options, ...asRoot(), `--datadir=${data}`];
  return software.flavour === 'mysql'
    ? [...software.server, ...common, '--initialize-insecure', '--skip-log-bin', NO_FILE_PRIVILEGE]
    : [...software.installer, ...common, '--auth-root-authentication-method=normal', '--skip-test-db'];
}

/** The command that runs the server on its data directory, loopback only. */
export function runCommand(options: {
  readonly software: ServerSoftware;
  readonly files: ServerFiles;
  readonly state: ServerState;
  /** Later options win, so these override the ones here. */
  readonly extra: readonly string[];
}): Command {
  const { software, files, state, extra } = options;
  return [
    ...software.server,
    // No configuration of the machine may reach a server that must not touch the machine's own.
    '--no-defaults',
    ...software.options,
    ...asRoot(),
    identifyingArgument(files),
    `--socket=${state.socket}`,
    `--port=${state.port}`,
    '--bind-address=127.0.0.1',
    `--pid-file=${files.serverPid}`,
    `--tmpdir=${files.temporary}`,
    `--init-file=${files.accounts}`,
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--innodb-buffer-pool-size=512M',
    // A client must never be asked by a server to send its files.
    '--local-infile=OFF',
    '--performance-schema=ON',
    ...flavourOptions(software),
    ...extra,
  ];
}

function flavourOptions({ flavour }: ServerSoftware): readonly string[] {
  return flavour === 'mysql' ? [NO_FILE_PRIVILEGE, '--mysqlx=OFF', '--skip-log-bin'] : ['--userstat=1'];
}

/**
 * SQL for `--init-file`, one statement a line, which the server runs before it listens: there is no moment in which
 * an account without a password can be reached. It says the same thing on every start, so a first start that was
 * killed needs no repair.
 */
export function accountsSql(state: ServerState): string {
  const password = quoteString(state.password);
  const user = quoteString(state.user);
  const accounts = ["'localhost'", "'127.0.0.1'"].flatMap((host) => [
    `CREATE USER IF NOT EXISTS ${user}@${host} IDENTIFIED BY ${password}`,
    `ALTER USER ${user}@${host} IDENTIFIED BY ${password}`,
    `GRANT ALL PRIVILEGES ON *.* TO ${user}@${host} WITH GRANT OPTION`,
  ]);
  // mariadb-install-db makes anonymous accounts, and root for more hosts, all without a password.
  const unwanted =
    state.flavour === 'mariadb'
      ? [
          "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost')",
          'FLUSH PRIVILEGES',
        ]
      : [];
  return [
    ...unwanted,
    ...accounts,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY ${quoteString(state.rootPassword)}`,
    '',
  ].join(';\n');
}

/** A server that is started as root refuses to run unless it is told that this is meant. */
function asRoot(): readonly string[] {
  return userInfo().uid === 0 ? ['--user=root'] : [];
}
