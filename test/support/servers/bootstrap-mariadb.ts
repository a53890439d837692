/**
 * Fills an empty data directory as `mariadb-install-db` does, with a server that needs a loader of its own:
 * `tsx bootstrap-mariadb.ts <folder of the system tables' SQL> <server command…> <options, --datadir among them…>`.
 * The order of the files is that of the script itself (MariaDB documentation, "mariadb-install-db").
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

const SYSTEM_TABLES = [
  'mariadb_system_tables.sql',
  'mariadb_performance_tables.sql',
  'mariadb_system_tables_data.sql',
  'fill_help_tables.sql',
  'mariadb_sys_schema.sql',
];
/** Options of the installer, which the server does not know. */
const FOR_THE_INSTALLER = /^--(auth-root-authentication-method|skip-test-db)\b/;

const [folder = '', program = '', ...args] = process.argv.slice(2);
const data = args.find((arg) => arg.startsWith('--datadir='))?.slice('--datadir='.length);
if (data === undefined) throw new Error('usage: bootstrap-mariadb.ts FOLDER SERVER… --datadir=DIRECTORY');
await mkdir(path.join(data, 'mysql'), { recursive: true, mode: 0o700 });
const statements = await Promise.all(SYSTEM_TABLES.map((name) => readFile(path.join(folder, name), 'utf8')));
await execa(
  program,
  [...args.filter((arg) => !FOR_THE_INSTALLER.test(arg)), '--bootstrap', '--skip-grant-tables'],
  {
    input: ['CREATE DATABASE IF NOT EXISTS mysql;', 'USE mysql;', ...statements].join('\n'),
    stdout: 'inherit',
    stderr: 'inherit',
  },
);
