/** Whose variable it is, as the comments that only that server reads: MySQL from a version on, or MariaDB. */
type Readers = 'all' | 'mysql' | 'mysql-8.0.30' | 'mariadb';

interface SessionSetting {
  readonly variable: string;
  /** As SET takes it, quoted where it is a text; the server shows it without the quotes. */
  readonly value: string;
  readonly readers?: Readers;
}

/** Seconds of the servers' own default: longer than any pause of a sink, and of a limit of rows per second. */
const IDLE_SECONDS = 28_800;
/** Seconds that the server waits for the client to take rows: a sink, or a limit of rows per second, keeps it waiting. */
const LONGEST_PAUSE_SECONDS = 3600;
const NO_LIMIT = '18446744073709551615';

/**
 * What every session is set to, once, when its connection is made, after whatever the server does to it (`init_connect`,
 * `--skip-character-set-client-handshake`, global values, limits of the account), and whatever a pooler left there.
 * Values are written out: DEFAULT would be the server's global one.
 *
 * Sources: MySQL manual "Server System Variables", MariaDB documentation "Server System Variables".
 */
const SETTINGS: readonly SessionSetting[] = [
  // A TIMESTAMP reads as the same instant wherever the client runs.
  { variable: 'time_zone', value: "'+00:00'" },
  // ANSI_QUOTES or NO_BACKSLASH_ESCAPES would change what our quoting means; NO_ZERO_DATE would make an ALTER fail on a
  // table whose column has a zero date as its default; PAD_CHAR_TO_FULL_LENGTH would change CHAR values. Without
  // ALLOW_INVALID_DATES MySQL refuses a query that goes on after a row of February 30. In the order in which servers show them.
  { variable: 'sql_mode', value: "'STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'" },
  // Seconds; the servers' defaults (a day, a year) let a waiting DDL stall a whole table.
  { variable: 'lock_wait_timeout', value: '5' },
  // A consistent snapshot exists at this level alone: a lower one reads rows that are never committed, SERIALIZABLE
  // makes writers wait for a load.
  { variable: 'transaction_isolation', value: "'REPEATABLE-READ'", readers: 'mysql' },
  { variable: 'tx_isolation', value: "'REPEATABLE-READ'", readers: 'mariadb' },
  { variable: 'transaction_read_only', value: '0', readers: 'mysql' },
  { variable: 'tx_read_only', value: '0', readers: 'mariadb' },
  // Off, what is written (a ledger, an intent) is gone with the session, and each read holds a snapshot open.
  { variable: 'autocommit', value: '1' },
  // CHAIN begins the next transaction, and its snapshot, with the COMMIT of the last; RELEASE hangs up.
  { variable: 'completion_type', value: "'NO_CHAIN'" },
  // Cut off answers, or refuse queries, without a LIMIT of their own.
  { variable: 'sql_select_limit', value: NO_LIMIT },
  { variable: 'sql_big_selects', value: '1' },
  { variable: 'sql_safe_updates', value: '0' },
  // `id IS NULL` would be the row that was inserted last.
  { variable: 'sql_auto_is_null', value: '0' },
  // Off, an ALTER drops the index that a foreign key stands on, and a unique index may be built over duplicates.
  { variable: 'foreign_key_checks', value: '1' },
  { variable: 'unique_checks', value: '1' },
  // What SHOW CREATE TABLE and SHOW GRANTS say is read with its quotes.
  { variable: 'sql_quote_show_create', value: '1' },
  { variable: 'wait_timeout', value: String(IDLE_SECONDS) },
  { variable: 'net_write_timeout', value: String(LONGEST_PAUSE_SECONDS) },
  // A limit on statements would end every load at the same row, and a build before its end.
  { variable: 'max_execution_time', value: '0', readers: 'mysql' },
  { variable: 'max_statement_time', value: '0', readers: 'mariadb' },
  { variable: 'idle_transaction_timeout', value: '0', readers: 'mariadb' },
  { variable: 'idle_readonly_transaction_timeout', value: '0', readers: 'mariadb' },
  { variable: 'idle_write_transaction_timeout', value: '0', readers: 'mariadb' },
  // Hides a key that the server made itself from information_schema.
  { variable: 'show_gipk_in_create_table_and_information_schema', value: '1', readers: 'mysql-8.0.30' },
  // Would read tables with system versioning as they were. (DEFAULT, as a session's, is not the global one here.)
  { variable: 'system_versioning_asof', value: 'DEFAULT', readers: 'mariadb' },
  // Turns every ALTER and DROP of ours into one with IF EXISTS, which does nothing and says that all is well.
  { variable: 'sql_if_exists', value: '0', readers: 'mariadb' },
];

/** Set by SET NAMES: what a server reads our statements as, and writes its answers in. */
const CHARACTER_SET = 'utf8mb4';
const CHARACTER_SETS: readonly SessionSetting[] = [
  'character_set_client',
  'character_set_connection',
  'character_set_results',
].map((variable) => ({ variable, value: CHARACTER_SET }));

/** Sets up a session; for both servers, since a connection's first statement is sent before its server is known. */
export const SESSION_SETUP = `SET NAMES ${CHARACTER_SET} COLLATE utf8mb4_general_ci${SETTINGS.map(
  ({ variable, value, readers = 'all' }) => readBy(readers, `, SESSION ${variable} = ${value}`),
).join('')}`;

const CHECKED: readonly SessionSetting[] = [...CHARACTER_SETS, ...SETTINGS];

/** Asks a session what it is set to: one row, a column a variable. */
export const SESSION_CHECK = `SELECT ${CHECKED.map(({ variable, readers = 'all' }, position) =>
  readBy(readers, `${position === 0 ? '' : ', '}@@SESSION.${variable} AS ${variable}`),
).join('')}`;

/** The server, or what stands before it, did not keep what a session was set to. */
export class SessionNotSetUpError extends Error {
  readonly differences: readonly string[];

  constructor(differences: readonly string[]) {
    super(`the session does not keep its settings: ${differences.join('; ')}`);
    this.differences = differences;
  }
}

/** Throws a SessionNotSetUpError unless what a session answered to SESSION_CHECK is what it was set to. */
export function requireSessionSettings(answer: Readonly<Record<string, unknown>> | undefined): void {
  const differences = CHECKED.flatMap(({ variable, value, readers = 'all' }) => {
    const found = answer?.[variable];
    const shown = value.replaceAll("'", '');
    // The other server's variables are not in the answer; those of both servers are.
    if (found === undefined && readers !== 'all') return [];
    // A limit of no seconds may be shown as `0.000000`.
    const same = String(found) === shown || Number(found) === Number(shown);
    return same ? [] : [`${variable} is ${String(found)}, not ${shown}`];
  });
  if (differences.length > 0) throw new SessionNotSetUpError(differences);
}

/** `/*!` with a version is read by MySQL, and not by MariaDB from 5.07.00 on; `/*M!` by MariaDB alone. */
function readBy(readers: Readers, sql: string): string {
  switch (readers) {
    case 'all':
      return sql;
    case 'mysql':
      return `/*!50720 ${sql} */`;
    case 'mysql-8.0.30':
      return `/*!80030 ${sql} */`;
    case 'mariadb':
      return `/*M! ${sql} */`;
  }
}
