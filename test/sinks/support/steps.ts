import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Called before each step by which the process changes something that lasts. */
type Reach = (step: string) => void;

/** What is between a sink and its store: by the name of the kind, how its statements are watched. */
const DRIVERS: Readonly<Record<string, (statements: () => Statements) => Promise<void>>> = {
  duckdb: watchDuckdb,
  parquet: watchDuckdb,
  postgres: watchPostgres,
};

/** Operations on files that change what the next process finds; an empty folder more is nothing. */
const FILE_OPERATIONS = ['open', 'rename', 'rm', 'writeFile'] as const;

/** Statements that change nothing, or temporary tables alone: after a kill they are as good as not run. */
const PASSING =
  /^\s*(?:SELECT|FROM|DESCRIBE|SET|CREATE (?:OR REPLACE )?TEMP|(?:INSERT INTO|DELETE FROM|UPDATE|TRUNCATE|COPY) (?:pg_temp\.)?tidemark_)/i;

/**
 * Calls `reach` before every step by which this process changes something that lasts: a statement, or an operation on a file.
 * The statements of a transaction are one step, its COMMIT, since a kill before that undoes all of them; with
 * `everyStatement` each is a step.
 */
export async function watchSteps(kind: string, everyStatement: boolean, reach: Reach): Promise<void> {
  await DRIVERS[kind]!(() => new Statements(everyStatement, reach));
  for (const name of FILE_OPERATIONS) {
    before(fs.promises, name, (_, [file, flags]) => {
      if (name !== 'open' || flags !== 'r') reach(`${name} ${String(file)}`);
    });
  }
  syncBuiltinESMExports();
}

/** The statements of one connection. */
class Statements {
  readonly #everyStatement: boolean;
  readonly #reach: Reach;
  #inTransaction = false;

  constructor(everyStatement: boolean, reach: Reach) {
    this.#everyStatement = everyStatement;
    this.#reach = reach;
  }

  note(sql: string): void {
    if (/^\s*BEGIN\b/i.test(sql)) this.#inTransaction = true;
    else if (/^\s*ROLLBACK\b/i.test(sql)) this.#inTransaction = false;
    else if (/^\s*COMMIT\b/i.test(sql)) {
      this.#inTransaction = false;
      this.#reach(sql);
    } else if ((this.#everyStatement || !this.#inTransaction) && !PASSING.test(sql)) this.#reach(sql);
  }
}

async function watchDuckdb(statements: () => Statements): Promise<void> {
  const { duckdbApi } = await import('../../../src/sinks/duckdb/duckdb-driver.ts');
  watchConnections(duckdbApi.DuckDBConnection.prototype, 'run', statements);
}

async function watchPostgres(statements: () => Statements): Promise<void> {
  const { default: pg } = await import('pg');
  watchConnections(pg.Client.prototype, 'query', statements);
}

/** Watches a method that takes a statement, or an object that has one as `text`. */
function watchConnections<Name extends string>(
  prototype: { [name in Name]: unknown },
  method: Name,
  statements: () => Statements,
): void {
  const known = new WeakMap<object, Statements>();
  before(prototype, method, (connection, [statement]) => {
    const own = known.get(connection) ?? statements();
    known.set(connection, own);
    own.note(typeof statement === 'string' ? statement : (statement as { readonly text: string }).text);
  });
}

function before<Name extends string>(
  owner: { [name in Name]: unknown },
  name: Name,
  note: (self: object, args: readonly unknown[]) => void,
): void {
  const original = owner[name] as (...args: readonly unknown[]) => unknown;
  owner[name] = function (this: object, ...args: readonly unknown[]) {
    note(this, args);
    return original.apply(this, [...args]);
  };
}
