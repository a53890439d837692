import { ConfigurationError } from '../errors.ts';

/** What `knexfile.ts` says of one database; everything else comes from the environment. */
export interface DatabaseSpec {
  /** Schema name when `NAME_DB_NAME` is not set. Without a default, the variable is required. */
  readonly schema?: string;
  /**
   * Table prefix that the migration, table and seed files of this database are written with. When
   * `NAME_TABLE_PREFIX` names another prefix, table names that start with this one are rewritten to it.
   */
  readonly tablePrefix?: string;
}

export type DatabaseSpecs = Readonly<Record<string, DatabaseSpec>>;

/** A key is also a folder name and, in upper case, the prefix of environment variables. */
const KEY = /^[a-z][a-z0-9_]*$/;

/** A key is a schema of the sinks, too, and these are schemas that their engines keep for themselves. */
const ENGINES_OWN: ReadonlySet<string> = new Set(['information_schema', 'pg_catalog']);

/**
 * Declares the databases: one key per database. Throws a ConfigurationError that lists every key that cannot be
 * a folder name, the prefix of an environment variable and the schema of a sink.
 */
export function defineDatabases<const Specs extends DatabaseSpecs>(specs: Specs): Specs {
  const faults = Object.keys(specs).flatMap((key) => {
    if (!KEY.test(key))
      return [`knexfile.ts: "${key}" cannot name a database: use a-z, 0-9 and _, a letter first`];
    return ENGINES_OWN.has(key)
      ? [
          `knexfile.ts: "${key}" cannot name a database: sinks have a schema of that name, give it another key`,
        ]
      : [];
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
  return specs;
}
