import { UsageError } from '../../errors.ts';
import type { SinkEnvironment } from '../sink-kind.ts';
import type { NulBytes } from './copy-encoder.ts';

const NUL_BYTES: readonly NulBytes[] = ['error', 'strip', 'escape'];
/** Parameters of a URL that are tidemark's own; all others are libpq's. */
const NUL_BYTES_PARAMETER = 'nulBytes';

/** Where a PostgreSQL database is, and what tidemark is told beside it. */
export interface PostgresAddress {
  /** As libpq takes it, with the password if the environment has one. */
  readonly connectionString: string;
  /** Without a password. */
  readonly location: string;
  /** What happens to texts with NUL bytes. */
  readonly nulBytes: NulBytes;
}

/**
 * Checks a place such as `//user@host:5432/warehouse?sslmode=verify-full`: what follows the scheme. Throws a UsageError
 * for what is no URL, for a password in it, which other users of the machine could read in the list of processes, and
 * for an unknown value of a parameter of ours.
 */
export function locatePostgres(place: string): string {
  const text = `postgres:${place}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  const database = url === null ? '' : url.pathname.replace(/^\//, '');
  if (url === null || !place.startsWith('//') || database === '') {
    throw new UsageError(`"${withoutPassword(text)}" is no address of a PostgreSQL database`, {
      hint: 'write postgres://user@host:5432/database',
    });
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    throw new UsageError(`a password does not belong into --sink: ${withoutPassword(text)}`, {
      hint: 'set PGPASSWORD, or write it to ~/.pgpass (PGPASSFILE)',
    });
  }
  const nulBytes = url.searchParams.get(NUL_BYTES_PARAMETER);
  if (nulBytes !== null && !isNulBytes(nulBytes)) {
    throw new UsageError(`${NUL_BYTES_PARAMETER}=${nulBytes} is none of ${NUL_BYTES.join(', ')}`);
  }
  return url.href;
}

/** Reads a location that `locatePostgres` has checked. */
export function postgresAddress(location: string, environment: SinkEnvironment): PostgresAddress {
  const url = new URL(location);
  const nulBytes = url.searchParams.get(NUL_BYTES_PARAMETER);
  url.searchParams.delete(NUL_BYTES_PARAMETER);
  const password = environment['PGPASSWORD'] ?? '';
  if (password !== '') url.password = encodeURIComponent(password);
  return {
    connectionString: url.href,
    location: withoutPassword(location),
    nulBytes: nulBytes !== null && isNulBytes(nulBytes) ? nulBytes : 'error',
  };
}

function isNulBytes(text: string): text is NulBytes {
  return NUL_BYTES.some((known) => known === text);
}

function withoutPassword(text: string): string {
  return text.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@/]*@/, '$1@').replace(/([?&]password=)[^&]*/, '$1…');
}
