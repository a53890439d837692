import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseConfig } from '../config/database-config.ts';

/** A file with the login for the servers' own tools, removed on dispose. */
export interface ClientOptionFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes host, user, password and TLS settings where only this user can read them: a password on a command line or in the
 * environment can be seen by others.
 */
export async function clientOptionFile(config: DatabaseConfig): Promise<ClientOptionFile> {
  return writeLogin([...credentials(config), ...address(config)]);
}

/** Writes user and password alone, for a tool that is told everything else as arguments. */
export async function credentialsFile(config: DatabaseConfig): Promise<ClientOptionFile> {
  return writeLogin(credentials(config));
}

type Setting = readonly [name: string, value: string | null];

async function writeLogin(settings: readonly Setting[]): Promise<ClientOptionFile> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-login-'));
  const file = path.join(directory, 'client.cnf');
  await writeFile(file, renderOptions(settings), { mode: 0o600 });
  return {
    path: file,
    [Symbol.asyncDispose]: async () => rm(directory, { recursive: true, force: true }),
  };
}

function credentials({ user, password }: DatabaseConfig): readonly Setting[] {
  return [
    ['user', user],
    ['password', password.reveal()],
  ];
}

function address(config: DatabaseConfig): readonly Setting[] {
  const { tls } = config;
  return [
    ...(config.socketPath === null
      ? ([
          ['host', config.host],
          ['port', String(config.port)],
          ['protocol', 'tcp'],
        ] as const)
      : ([['socket', config.socketPath]] as const)),
    ['ssl-ca', tls.caFile],
    ['ssl-cert', tls.certificateFile],
    ['ssl-key', tls.keyFile],
    ...tlsMode(config),
  ];
}

function renderOptions(settings: readonly Setting[]): string {
  const lines = settings.flatMap(([name, value]) => (value === null ? [] : [`${name}=${quote(value)}`]));
  return ['[client]', ...lines, ''].join('\n');
}

/** MySQL's and MariaDB's words for the same; `loose-` lets a tool pass over the one that it does not know. */
function tlsMode({ tls }: DatabaseConfig): readonly Setting[] {
  if (tls.mode !== 'required' && tls.mode !== 'verify') return [];
  const verify = tls.mode === 'verify';
  return [
    ['loose-ssl-mode', verify ? 'VERIFY_IDENTITY' : 'REQUIRED'],
    ['loose-ssl', '1'],
    ...(verify ? ([['loose-ssl-verify-server-cert', '1']] as const) : []),
  ];
}

/** MySQL manual, "Using Option Files": a quoted value keeps `#` and spaces, and the backslash escapes. */
function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}
