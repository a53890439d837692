import type { Session } from '../../databases/session.ts';
import { DEFAULT_OPTIONS } from '../../pipeline/run/options.ts';
import type { DatabaseCheck } from '../check.ts';
import { type Outcome, passed, warning } from '../outcome.ts';

/** What a server's own settings would do to an extraction, beside what each is by default. */
export const settingsCheck: DatabaseCheck = {
  name: 'settings',
  run: async ({ database }) => {
    await using session = await database.session();
    const outcomes = [...(await overridden(session)), ...(await connectionLimit(session))];
    return outcomes.length === 0 ? passed('none that an extraction would suffer from') : outcomes;
  },
};

interface HarmfulSetting {
  /** Names of the variable: MySQL's, or MariaDB's. */
  readonly variables: readonly string[];
  readonly isHarmless: (value: string) => boolean;
  readonly effect: string;
}

const is =
  (...harmless: readonly string[]) =>
  (value: string) =>
    harmless.includes(value);
const atLeast = (least: number) => (value: string) => Number(value) >= least;
const isZero = (value: string) => Number(value) === 0;

/** Every session sets its own of these (session-settings.ts), so that they do nothing to tidemark. */
const OVERRIDDEN: readonly HarmfulSetting[] = [
  {
    variables: ['init_connect'],
    isHarmless: is(''),
    effect: 'could make characters question marks, or change what statements mean',
  },
  {
    variables: ['transaction_isolation', 'tx_isolation'],
    isHarmless: is('REPEATABLE-READ'),
    effect: 'has no consistent snapshot',
  },
  {
    variables: ['transaction_read_only', 'tx_read_only'],
    isHarmless: is('OFF'),
    effect: 'would keep migrations from their ledger',
  },
  {
    variables: ['autocommit'],
    isHarmless: is('ON'),
    effect: 'would keep snapshots open and lose the ledger',
  },
  {
    variables: ['completion_type'],
    isHarmless: is('NO_CHAIN'),
    effect: 'would begin or end sessions with each COMMIT',
  },
  {
    variables: ['sql_select_limit'],
    isHarmless: is('18446744073709551615'),
    effect: 'would cut answers off',
  },
  {
    variables: ['max_join_size'],
    isHarmless: is('18446744073709551615'),
    effect: 'would refuse large reads',
  },
  { variables: ['sql_safe_updates'], isHarmless: is('OFF'), effect: 'would refuse or cut statements' },
  {
    variables: ['foreign_key_checks'],
    isHarmless: is('ON'),
    effect: 'would let a migration drop the index of a foreign key',
  },
  {
    variables: ['max_execution_time', 'max_statement_time'],
    isHarmless: isZero,
    effect: 'would end long reads and builds',
  },
  { variables: ['wait_timeout'], isHarmless: atLeast(600), effect: 'would hang up in pauses' },
  { variables: ['net_write_timeout'], isHarmless: atLeast(60), effect: 'would hang up on a slow sink' },
  {
    variables: [
      'idle_transaction_timeout',
      'idle_readonly_transaction_timeout',
      'idle_write_transaction_timeout',
    ],
    isHarmless: isZero,
    effect: 'would end snapshots',
  },
  { variables: ['sql_if_exists'], isHarmless: is('OFF'), effect: 'would let DDL do nothing in silence' },
  {
    variables: ['system_versioning_asof'],
    isHarmless: is('DEFAULT'),
    effect: 'would read tables as they were',
  },
];

async function overridden(session: Session): Promise<readonly Outcome[]> {
  const names = OVERRIDDEN.flatMap(({ variables }) => variables);
  const rows = await session.query(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(() => '?').join(', ')})`,
    names,
  );
  const found = new Map(rows.map((row) => [String(row['Variable_name']), String(row['Value'])]));
  return OVERRIDDEN.flatMap(({ variables, isHarmless, effect }) =>
    variables.flatMap((variable) => {
      const value = found.get(variable);
      if (value === undefined || isHarmless(value)) return [];
      return passed(`${variable} = ${value} ${effect}: every session of tidemark sets its own`);
    }),
  );
}

/** The one limit that a session cannot lift: how many connections the account may have. */
async function connectionLimit(session: Session): Promise<readonly Outcome[]> {
  const most = Number(await session.value('SELECT @@SESSION.max_user_connections'));
  const { concurrency } = DEFAULT_OPTIONS;
  if (most === 0 || most >= concurrency) return [];
  return [
    warning(
      `max_user_connections = ${most}: an extract-load reads ${concurrency} tables at once, and a migration takes three connections`,
      `extract-load --concurrency ${most}, or let the account have more: ALTER USER … WITH MAX_USER_CONNECTIONS ${concurrency}`,
    ),
  ];
}
