import { UsageError } from '../../errors.ts';

/** Where a database is and who logs in, as `--url` says. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly schema: string;
  /** UNIX socket, where it is used instead of host and port. */
  readonly socketPath: string | null;
  /** As NAME_DB_SSL takes it; null leaves the default. */
  readonly ssl: string | null;
}

const FORM = 'mysql://user@host:3306/schema';
const PARAMETERS: ReadonlySet<string> = new Set(['ssl', 'socket']);

/**
 * Reads `mysql://user@host:port/schema`, with `?ssl=required` or, for this machine, `?socket=/run/mysqld/mysqld.sock`. Throws a UsageError, also
 * for a password in it, which shells keep in their history and process lists show; no message repeats what may hold one.
 */
export function parseUrl(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['mysql:', 'mariadb:'].includes(url.protocol)) {
    throw new UsageError('--url is no URL of a database', { hint: `write --url ${FORM}` });
  }
  // Also an empty one: `user:@host`.
  if (url.password !== '' || /^\w+:\/\/[^/@]*:[^/@]*@/.test(text)) {
    throw new UsageError(
      '--url has a password in it, which process lists and the history of the shell would show',
      {
        hint: 'leave it out: init asks for it, or takes it from NAME_DB_PASSWORD or --password-file; change the one that was shown',
      },
    );
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !PARAMETERS.has(name));
  const schema = decoded(url.pathname.replace(/^\//, ''));
  const user = decoded(url.username);
  const socketPath = url.searchParams.get('socket');
  const faults = [
    ...(user === '' ? ['--url names no user'] : []),
    ...(url.hostname === '' ? ['--url names no host'] : []),
    ...(schema === '' ? ['--url names no schema'] : []),
    ...(schema.includes('/') ? ['--url has more after the schema'] : []),
    ...unknown.map((name) => `--url has the parameter "${name}", which is neither ssl nor socket`),
  ];
  if (faults.length > 0) throw new UsageError(faults.join('\n'), { hint: `write --url ${FORM}` });
  return {
    // An IPv6 address stands in brackets in a URL, and nowhere else.
    host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 3306 : Number(url.port),
    user,
    schema,
    socketPath,
    ssl: url.searchParams.get('ssl'),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new UsageError('--url has a % that begins no character', {
      hint: 'write %25 for a %',
      cause: error,
    });
  }
}

/** A schema's name as a key of `knexfile.ts`: lower case, `_` for what a key may not have. */
export function keyOf(schema: string): string {
  const key = schema
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return /^[a-z]/.test(key) ? key : `db${key === '' ? '' : `_${key}`}`;
}

/** The variables that say the same, by their names without the database's prefix. */
export function variablesOf(address: Address): Readonly<Record<string, string>> {
  return {
    ...(address.socketPath === null
      ? { DB_HOST: address.host, DB_PORT: String(address.port) }
      : { DB_SOCKET: address.socketPath }),
    DB_NAME: address.schema,
    DB_USER: address.user,
    ...(address.ssl === null ? {} : { DB_SSL: address.ssl }),
  };
}
