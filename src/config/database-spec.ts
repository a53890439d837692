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

/**
 * Declares the databases: one key per database. Throws a ConfigurationError that lists every key that cannot be
 * a folder name and the prefix of an environment variable.
 */
export function defineDatabases<const Specs extends DatabaseSpecs>(specs: Specs): Specs {
  const faults = Object.keys(specs)
    .filter((key) => !KEY.test(key))
    .map((key) => `knexfile.ts: "${key}" cannot name a database: use a-z, 0-9 and _, a letter first`);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return specs;
}
