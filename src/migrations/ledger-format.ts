import type { Knex } from 'knex';
import type { Database } from '../databases/database.ts';
import type { Session } from '../databases/session.ts';
import { RefusedError } from '../errors.ts';

/** One row per migration: what is known of it now. */
export const LEDGER_TABLE = 'tidemark_migrations';
/** Append-only: what was done, by whom, with what outcome. */
export const HISTORY_TABLE = 'tidemark_history';

/** Raised when a change of the tables would make an older tidemark misread them. */
const FORMAT = 1;
/** The format stands in the table's comment: it is written in the same statement that creates the table. */
const COMMENT = /^tidemark ledger, format (\d+)$/;

/** Whether the ledger is there. Throws a RefusedError if a newer tidemark wrote it, or if it is none. */
export async function ledgerExists(database: Database): Promise<boolean> {
  await using session = await database.session();
  return await hasLedger(session, database.schema);
}

/** As `ledgerExists`, on a session that is there. */
export async function hasLedger(session: Session, schema: string): Promise<boolean> {
  const comment = await session.value<string>(
    'SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    [schema, LEDGER_TABLE],
  );
  if (comment === null) return false;
  const format = Number(COMMENT.exec(comment)?.[1]);
  if (format === FORMAT) return true;
  const table = `${schema}.${LEDGER_TABLE}`;
  if (format > FORMAT) {
    throw new RefusedError(
      `${table} was written by a newer tidemark (format ${format}, known up to ${FORMAT})`,
      {
        hint: 'update tidemark: npm install tidemark@latest',
      },
    );
  }
  throw new RefusedError(`${table} is not a ledger of tidemark: its comment is "${comment}"`, {
    hint: `rename that table; tidemark keeps its ledger under this name`,
  });
}

/** Creates both tables where they are missing. The ledger comes last: where it exists, the history does. */
export async function createLedger(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable(HISTORY_TABLE))) {
    await knex.schema.createTable(HISTORY_TABLE, (table) => {
      ledgerTable(table, 'tidemark history of index migrations, append-only');
      table.bigIncrements('id');
      table.datetime('happened_at', { precision: 6 }).notNullable().comment('UTC');
      table.string('event', 32).notNullable();
      table.string('migration', 191).nullable();
      table.string('table_name', 64).nullable();
      table.string('index_name', 64).nullable();
      table.text('statement', 'mediumtext').nullable();
      table.double('seconds').nullable();
      table.text('detail').nullable();
      table.bigInteger('connection_id').unsigned().notNullable().comment('of the run that did it');
      provenance(table);
    });
  }
  await knex.schema.createTable(LEDGER_TABLE, (table) => {
    ledgerTable(table, `tidemark ledger, format ${FORMAT}`);
    table.string('migration', 191).notNullable().primary();
    table.string('state', 16).notNullable();
    table.string('table_name', 64).notNullable();
    table.string('index_name', 64).notNullable();
    table.specificType('checksum', 'char(64)').notNullable().comment('SHA-256 of the file’s definition');
    table.boolean('owned').notNullable().comment('0: recorded under another name, never dropped');
    table.json('definition').notNullable().comment('the index as it was intended or found');
    table.text('statement', 'mediumtext').nullable();
    table.datetime('started_at', { precision: 6 }).notNullable().comment('UTC');
    table.datetime('finished_at', { precision: 6 }).nullable().comment('UTC');
    table.double('seconds').nullable();
    table.bigInteger('index_bytes').unsigned().nullable();
    table
      .datetime('hidden_at', { precision: 6 })
      .nullable()
      .comment('UTC; since when it waits to be dropped');
    table.bigInteger('hidden_reads').unsigned().nullable().comment('what the usage counter said then');
    table.text('error').nullable();
    provenance(table);
  });
}

function ledgerTable(table: Knex.CreateTableBuilder, comment: string): void {
  table.engine('InnoDB');
  table.charset('utf8mb4');
  // Binary: names of files and tables differ by case.
  table.collate('utf8mb4_bin');
  table.comment(comment);
}

function provenance(table: Knex.CreateTableBuilder): void {
  table.string('server_version', 64).notNullable();
  table.string('executed_by', 255).notNullable().comment('user@host as the server sees it');
  table.string('tool_version', 32).notNullable();
}

/** `2026-11-23 00:00:01.000002`, written in UTC, to ISO 8601. */
export function isoTime(datetime: string): string {
  return `${datetime.replace(' ', 'T')}Z`;
}
