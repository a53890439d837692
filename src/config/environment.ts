import { z } from 'zod';
import type { DatabaseConfig } from './database-config.ts';
import type { DatabaseSpec } from './database-spec.ts';
import { Secret } from './secret.ts';

/** Environment variables after `.env` and the development server's file were merged in. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ParsedConfig =
  | { readonly kind: 'valid'; readonly config: DatabaseConfig }
  | { readonly kind: 'invalid'; readonly faults: readonly string[] };

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);

const expectations = {
  port: 'a port from 1 to 65535',
  size: 'a whole number from 1 to 1000',
  overflow: 'a whole number from 0 to 1000',
  seconds: 'a whole number of seconds from 1 to 31536000',
  flag: '"true" or "false"',
  tls: 'one of disabled, preferred, required, verify',
} as const;

const rules = {
  port: wholeNumber(1, 65_535),
  size: wholeNumber(1, 1000),
  overflow: wholeNumber(0, 1000),
  seconds: wholeNumber(1, 31_536_000),
  flag: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no']))
    .transform((value) => ['true', '1', 'yes'].includes(value)),
  tls: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['disabled', 'preferred', 'required', 'verify'])),
} as const;

type Rules = typeof rules;

/**
 * Reads one database's settings from the environment. Every fault is reported, none is thrown, so that a caller can
 * report those of all databases together.
 */
export function parseDatabaseConfig(
  name: string,
  spec: DatabaseSpec,
  environment: Environment,
): ParsedConfig {
  const reader = new Reader(name, environment);
  const socketPath = reader.optional('DB_SOCKET');
  const config: DatabaseConfig = {
    name,
    schema: reader.text('DB_NAME', spec.schema),
    host: reader.text('DB_HOST', socketPath === null ? undefined : 'localhost'),
    port: reader.parsed('DB_PORT', 'port', 3306),
    socketPath,
    user: reader.text('DB_USER'),
    password: new Secret(reader.present('DB_PASSWORD')),
    tls: {
      mode: reader.parsed('DB_SSL', 'tls', 'preferred'),
      caFile: reader.optional('DB_SSL_CA'),
      certificateFile: reader.optional('DB_SSL_CERT'),
      keyFile: reader.optional('DB_SSL_KEY'),
    },
    pool: {
      size: reader.shared('DB_POOL_SIZE', 'size', 10),
      maxOverflow: reader.shared('DB_MAX_OVERFLOW', 'overflow', 20),
      recycleSeconds: reader.shared('DB_POOL_RECYCLE', 'seconds', 3600),
      prePing: reader.shared('DB_POOL_PRE_PING', 'flag', true),
      connectTimeoutSeconds: reader.shared('DB_CONNECT_TIMEOUT', 'seconds', 10),
      acquireTimeoutSeconds: reader.shared('DB_POOL_TIMEOUT', 'seconds', 30),
      leakLimitSeconds: reader.shared('DB_POOL_LEAK_LIMIT', 'seconds', 3600),
    },
    tablePrefix:
      spec.tablePrefix === undefined
        ? null
        : {
            written: spec.tablePrefix,
            actual: environment[reader.variable('TABLE_PREFIX')] ?? spec.tablePrefix,
          },
  };
  if ((config.tls.certificateFile === null) !== (config.tls.keyFile === null)) {
    reader.faults.push(
      `${reader.variable('DB_SSL_CERT')} and ${reader.variable('DB_SSL_KEY')} belong together: set both or neither`,
    );
  }
  return reader.faults.length > 0 ? { kind: 'invalid', faults: reader.faults } : { kind: 'valid', config };
}

/** The environment's prefix of a database: its key in upper case. */
export function environmentPrefix(name: string): string {
  return name.toUpperCase();
}

/** Reads variables of one database and collects what is wrong with them. */
class Reader {
  readonly faults: string[] = [];
  readonly #name: string;
  readonly #environment: Environment;

  constructor(name: string, environment: Environment) {
    this.#name = name;
    this.#environment = environment;
  }

  variable(suffix: string): string {
    return `${environmentPrefix(this.#name)}_${suffix}`;
  }

  /** A text that may be left out; an empty one counts as not set. */
  optional(suffix: string): string | null {
    return this.#environment[this.variable(suffix)] || null;
  }

  /** A text that must be set unless there is a default. */
  text(suffix: string, defaultValue?: string): string {
    const value = this.optional(suffix) ?? defaultValue;
    if (value !== undefined) return value;
    this.#missing(suffix);
    return '';
  }

  /** A variable that must be set, but may be set to nothing. */
  present(suffix: string): string {
    const value = this.#environment[this.variable(suffix)];
    if (value !== undefined) return value;
    this.#missing(suffix);
    return '';
  }

  /** A variable of this database with a rule. */
  parsed<Kind extends keyof Rules>(suffix: string, kind: Kind, defaultValue: z.output<Rules[Kind]>) {
    return this.#parse([this.variable(suffix)], kind, defaultValue);
  }

  /** A variable that holds for every database unless this one has its own. */
  shared<Kind extends keyof Rules>(variable: string, kind: Kind, defaultValue: z.output<Rules[Kind]>) {
    return this.#parse([this.variable(variable), variable], kind, defaultValue);
  }

  #parse<Kind extends keyof Rules>(
    variables: readonly string[],
    kind: Kind,
    defaultValue: z.output<Rules[Kind]>,
  ): z.output<Rules[Kind]> {
    const variable = variables.find((candidate) => (this.#environment[candidate] ?? '') !== '');
    if (variable === undefined) return defaultValue;
    const value = this.#environment[variable];
    const result = z.safeParse(rules[kind], value);
    if (result.success) return result.data as z.output<Rules[Kind]>;
    this.faults.push(`${variable}: expected ${expectations[kind]}, got ${JSON.stringify(value)}`);
    return defaultValue;
  }

  #missing(suffix: string): void {
    this.faults.push(`${this.variable(suffix)} is not set (database "${this.#name}")`);
  }
}
