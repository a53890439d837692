import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';
import { findProgram, searchPath, type Command } from '../../src/dev/servers/software.ts';
import { besideServer } from '../../test/support/servers/server-programs.ts';
import type { BenchServer } from './bench-server.ts';
import type { Contender } from './contest.ts';
import { scriptContender } from './contender-script.ts';

export interface Reading {
  readonly server: BenchServer;
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly scratch: string;
  /** Where chdb and a Python environment were installed for the benchmarks. */
  readonly peersDirectory: string;
}

/** Other programs that read a whole table; those that this machine lacks are named with how to get them. */
export interface Peers {
  readonly contenders: readonly Contender[];
  readonly missing: readonly string[];
}

/** The name by which ratios are taken. */
export const MYSQL2 = 'mysql2, rows dropped';

export async function findPeers(reading: Reading): Promise<Peers> {
  const found = [
    await mysql2(reading),
    await client(reading),
    await mydumper(reading),
    await chdb(reading),
    await pandas(reading),
  ];
  return {
    contenders: found.filter((peer) => typeof peer !== 'string'),
    missing: found.filter((peer) => typeof peer === 'string'),
  };
}

function mysql2(reading: Reading): Promise<Contender> {
  return scriptContender({
    ...reading,
    name: MYSQL2,
    interpreter: [process.execPath],
    script: 'mysql2.mjs',
    order: { query: selectAll(reading) },
    expectedRows: reading.rows,
  });
}

/** The server's own client, which prints every row to nowhere. */
async function client(reading: Reading): Promise<Contender | string> {
  const { server } = reading;
  const { flavour } = server.software;
  const command = besideServer(server.software, flavour);
  if (!(await exists(command.at(-1) ?? ''))) return `${flavour} --quick: the client is not installed`;
  return {
    name: `${flavour} --quick`,
    program: { command: [...quickClient(server), '-e', selectAll(reading)], stdout: 'discard' },
  };
}

/** The server's own client, which streams what it is asked by `-e`, a line for each row. */
export function quickClient(server: BenchServer): Command {
  const { flavour } = server.software;
  const noTls = flavour === 'mysql' ? '--ssl-mode=DISABLED' : '--skip-ssl';
  return [
    ...besideServer(server.software, flavour),
    `--defaults-file=${server.clientFile}`,
    noTls,
    '--quick',
    '--batch',
    '--skip-column-names',
  ];
}

async function mydumper({ server, schema, table, scratch }: Reading): Promise<Contender | string> {
  const program = await findProgram('mydumper', searchPath(process.env));
  if (program === null) return 'mydumper: not installed (Debian: apt-get install mydumper)';
  const output = path.join(scratch, 'mydumper');
  const { host, port } = server.login;
  return {
    name: 'mydumper, 2 threads',
    program: {
      command: [
        program,
        `--defaults-file=${server.clientFile}`,
        `--host=${host}`,
        `--port=${port}`,
        `--database=${schema}`,
        `--tables-list=${table}`,
        `--outputdir=${output}`,
        '--threads=2',
        '--rows=250000',
        '--no-locks',
      ],
      stdout: 'discard',
    },
    async prepare() {
      await rm(output, { recursive: true, force: true });
      await mkdir(output);
    },
  };
}

async function chdb(reading: Reading): Promise<Contender | string> {
  const { peersDirectory, schema, table, scratch } = reading;
  const manifest = path.join(peersDirectory, 'node_modules', 'chdb', 'package.json');
  if (!(await exists(manifest))) return `chdb: not installed (npm install --prefix PEERS chdb)`;
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string };
  return scriptContender({
    ...reading,
    name: `chdb ${version} to Parquet`,
    interpreter: [process.execPath],
    script: 'chdb.mjs',
    order: { schema, table, output: path.join(scratch, 'chdb.parquet'), modules: peersDirectory },
    expectedRows: reading.rows,
  });
}

async function pandas(reading: Reading): Promise<Contender | string> {
  const python: Command = [path.join(reading.peersDirectory, 'python', 'bin', 'python')];
  if (!(await exists(python[0]))) {
    return 'pandas: not installed (python3 -m venv PEERS/python; PEERS/python/bin/pip install sqlalchemy pandas pymysql cryptography)';
  }
  return scriptContender({
    ...reading,
    name: 'SQLAlchemy + pandas, rows dropped',
    interpreter: python,
    script: 'pandas_chunks.py',
    order: { query: selectAll(reading) },
    expectedRows: reading.rows,
  });
}

export function selectAll({ schema, table }: Pick<Reading, 'schema' | 'table'>): string {
  return `SELECT * FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}
