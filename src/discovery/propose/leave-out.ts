import type { TableInfo } from '../../schema/introspect-tables.ts';

interface Rule {
  readonly reason: string;
  readonly matches: (name: string, table: TableInfo) => boolean;
}

const has = (table: TableInfo, ...columns: readonly RegExp[]) =>
  columns.every((wanted) => table.columns.some(({ name }) => wanted.test(name)));

/**
 * Tables that nobody analyses, by their names and, where a name is also an ordinary word (jobs that are advertised,
 * sessions of a course), by the columns that such a table has.
 */
const RULES: readonly Rule[] = [
  {
    reason: 'of tidemark itself',
    matches: (name) => name.startsWith('tidemark_'),
  },
  {
    reason: 'the bookkeeping of a migration tool',
    matches: (name, table) =>
      /^(?:flyway_schema_history|databasechangelog(?:lock)?|__efmigrationshistory|_prisma_migrations|knex_migrations(?:_lock)?|sequelizemeta|alembic_version|goose_db_version|doctrine_migration_versions|phinxlog|ar_internal_metadata|django_migrations|schema_migrations|typeorm_metadata)$/.test(
        name,
      ) ||
      (/(?:^|_)(?:migrations?|migration_versions)$/.test(name) &&
        has(table, /^(?:migration|version|name|filename)$/i) &&
        table.columns.length <= 6),
  },
  {
    reason: 'copies of a schema change that is under way or broke off',
    matches: (name) => /^_.+_(?:gho|ghc|del|new|old)$/.test(name),
  },
  {
    reason: 'a cache: what it holds is computed from other tables',
    matches: (name) => /(?:^|_)(?:l10n)?caches?(?:_|$|\d)|cache$/.test(name),
  },
  {
    reason: 'sessions of visitors',
    matches: (name, table) =>
      /(?:^|_)sessions?$/.test(name) &&
      has(
        table,
        /^(?:payload|data|session_?data|session_?value|sess_?data|value)$/i,
        /expir|last_?activity|lifetime|updated|modified|sess_?time/i,
      ),
  },
  {
    reason: 'a queue: its rows come and go',
    matches: (name, table) =>
      /(?:^|_)queues?(?:_|$)|^messenger_messages$/.test(name) ||
      (/(?:^|_)jobs?(?:_|$)/.test(name) &&
        has(table, /^(?:payload|handler|arguments|args|serialized_params|failed_job_ids)$/i)),
  },
  {
    reason: 'locks that an application holds',
    matches: (name, table) => /(?:^|_)locks?$/.test(name) && has(table, /owner|token|expir/i),
  },
  {
    reason: 'secrets: tokens to reset a password',
    matches: (name) => /(?:^|_)password_resets?(?:_tokens)?$/.test(name),
  },
];

/** Why a table is proposed to be left out, or null. */
export function reasonToLeaveOut(table: TableInfo): string | null {
  if (table.engine?.toLowerCase() === 'memory')
    return 'in memory: its rows are gone when the server restarts';
  const name = table.name.toLowerCase();
  return RULES.find(({ matches }) => matches(name, table))?.reason ?? null;
}
