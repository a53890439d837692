import { describe, expect, test } from 'vitest';
import { RefusedError, WorkFailedError } from '../../../src/errors.ts';
import type { IndexOptions } from '../../../src/migrations/define-index.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { partialResult } from '../../../src/migrations/result.ts';
import type { Database } from '../../../src/databases/database.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const GOOD_A: IndexOptions = { table: 't', name: 'good_a', columns: ['a'] };
const GOOD_B: IndexOptions = { table: 't', name: 'good_b', columns: ['a', 'd'] };
const TABLE = `CREATE TABLE t (id INT NOT NULL, d DATE NOT NULL, a INT, b VARCHAR(1000), PRIMARY KEY (id, d)) CHARACTER SET utf8mb4`;
const MANY = Array.from({ length: 61 }, (_, number) => `ADD INDEX had_${number} (a, id)`).join(', ');

interface Refused {
  readonly what: string;
  readonly prepare: readonly string[];
  readonly bad: IndexOptions;
  readonly message: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'a unique index without the partitioning column',
    prepare: [
      `${TABLE} PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    ],
    bad: { table: 't', name: 'bad', columns: ['a', 'id'], unique: true },
    message: /is partitioned by \(d\).*bad lacks d/,
  },
  {
    what: 'a unique index with a prefix of the partitioning column, in a subpartition by KEY ()',
    prepare: [
      `CREATE TABLE t (id INT NOT NULL, d DATE NOT NULL, a INT, b VARCHAR(100), PRIMARY KEY (id, b, d))
         PARTITION BY RANGE (YEAR(d)) SUBPARTITION BY KEY (b) (PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    ],
    bad: { table: 't', name: 'bad', columns: ['a', { column: 'b', length: 5 }, 'd'], unique: true },
    message: /is partitioned by \(d, b\).*bad lacks b/,
  },
  {
    what: 'a unique index of a table that is partitioned by its primary key',
    prepare: [`${TABLE} PARTITION BY KEY () PARTITIONS 2`],
    bad: { table: 't', name: 'bad', columns: ['a', 'd'], unique: true },
    message: /is partitioned by \(id, d\).*bad lacks id/,
  },
  {
    what: 'an index too many',
    prepare: [TABLE, `ALTER TABLE t ${MANY}`],
    bad: { table: 't', name: 'z_bad', columns: ['d'] },
    message: /no room for index z_bad: a table has at most 64/,
  },
  {
    what: 'a key part of more bytes than the old row formats take',
    prepare: [`${TABLE} ROW_FORMAT=COMPACT`],
    bad: { table: 't', name: 'bad', columns: [{ column: 'b', length: 192 }] },
    message: /takes 768 bytes of a key, more than 767/,
  },
  {
    what: 'a key part of more bytes than a key has',
    prepare: [TABLE],
    bad: { table: 't', name: 'bad', columns: ['b'] },
    message: /takes 4000 bytes of a key, more than 3072/,
  },
  {
    what: 'an expression',
    prepare: [TABLE],
    bad: { table: 't', name: 'bad', columns: [{ expression: 'a + 1' }] },
    message: /virtual column, which MySQL does not add|has no functional index/,
  },
  {
    what: 'an expression over a column that is not there',
    prepare: [TABLE],
    bad: { table: 't', name: 'bad', columns: [{ expression: 'lower(nowhere)' }], online: false },
    message: /does not accept the index’s expression.*nowhere|has no functional index/,
  },
];

async function failUp(database: Database, declarations: readonly IndexOptions[], options = {}) {
  const { events, observe } = recorder();
  const error: unknown = await up(database, testMigrations(...declarations), options, { observe }).then(
    () => null,
    (reason: unknown) => reason,
  );
  const statements = events.flatMap((event) => (event.kind === 'build-started' ? [event.statement] : []));
  const ledger = await readLedger(database);
  return {
    error,
    statements,
    states: ledger.map(({ definition, state }) => `${definition.name} ${state}`),
    ledger,
  };
}

describe.each(servers)('one index at fault on $label', (server) => {
  test.each(REFUSED)(
    'is refused before any DDL, and the others are built: $what',
    async ({ prepare, bad, message }) => {
      await using schema = await createSchema(server);
      for (const statement of prepare) await schema.connection.query(statement);
      await using database = await openTestDatabase(schema.settings);
      const declarations = [GOOD_A, GOOD_B, bad];

      const dry = await failUp(database, declarations, { dryRun: true });
      expect(dry.error).toBeInstanceOf(RefusedError);
      expect(actions(partialResult(dry.error)!)).toEqual(['planned good_a', 'planned good_b']);
      expect(dry.ledger).toEqual([]);

      const { error, statements, states, ledger } = await failUp(database, declarations);
      expect(error).toBeInstanceOf(RefusedError);
      expect((error as Error).message).toMatch(message);
      expect(actions(partialResult(error)!)).toEqual(['built good_a', 'built good_b']);
      expect(statements).toHaveLength(1);
      expect(statements[0]).not.toContain(bad.name);
      expect(states).toEqual(['good_a applied', 'good_b applied', `${bad.name} failed`]);
      expect(ledger[2]?.error).toMatch(message);
      expect(await indexNames(schema, 't')).toEqual(expect.arrayContaining(['good_a', 'good_b']));
      // The next run has nothing but this one, and changes nothing.
      const again = await failUp(database, declarations);
      expect(again.error).toMatchObject({
        exitCode: 4,
        message: expect.stringContaining('nothing was changed'),
      });
      expect(again.states).toEqual(states);
    },
  );

  test.each([true, false])('a duplicate fails, and the others are built (coalesce: %s)', async (coalesce) => {
    await using schema = await createSchema(server);
    await schema.connection.query(TABLE);
    // The value has the name of another index in it.
    await schema.connection.query(
      `INSERT INTO t VALUES (1, '2026-01-01', 1, '\\'good_b\\''), (2, '2026-01-01', 2, '\\'good_b\\'')`,
    );
    await schema.connection.query('CREATE TABLE later (id INT PRIMARY KEY, a INT)');
    await using database = await openTestDatabase(schema.settings);
    const unique = { table: 't', name: 'uq_b', columns: [{ column: 'b', length: 50 }], unique: true };
    const declarations = [GOOD_A, unique, GOOD_B, { table: 'later', name: 'i', columns: ['a'] }];

    const { error, statements, states, ledger } = await failUp(database, declarations, { coalesce });
    expect(error).toBeInstanceOf(WorkFailedError);
    expect((error as Error).message).toMatch(/cannot build uq_b of table t: Duplicate entry/);
    expect((error as Error).message).toMatch(/3 of 4 migrations are done/);
    expect(actions(partialResult(error)!)).toEqual(['built good_a', 'built good_b', 'built i']);
    expect(states).toEqual(['good_a applied', 'uq_b failed', 'good_b applied', 'i applied']);
    expect(ledger[1]?.error).toMatch(/Duplicate entry/);
    expect(statements).toHaveLength(coalesce ? 3 : 4);

    await schema.connection.query("UPDATE t SET b = 'other' WHERE id = 2");
    expect(actions(await up(database, testMigrations(...declarations)))).toEqual(['built uq_b']);
  });

  test('where the server names none, each is tried by itself', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query(TABLE);
    await using database = await openTestDatabase(schema.settings);
    // What the checks cannot know: a generated value that a strict session does not take.
    await schema.connection.query('ALTER TABLE t ADD COLUMN g INT AS (CAST(b AS UNSIGNED)) VIRTUAL');
    await schema.connection.query("SET SESSION sql_mode = ''");
    await schema.connection.query("INSERT INTO t (id, d, a, b) VALUES (1, '2026-01-01', 1, 'no number')");
    const bad: IndexOptions = { table: 't', name: 'bad', columns: ['g'] };
    const { error, statements, states } = await failUp(database, [GOOD_A, bad, GOOD_B]);
    expect(error).toBeInstanceOf(WorkFailedError);
    expect((error as Error).message).toMatch(/cannot build bad of table t: .*'no number'/);
    expect(states).toEqual(['good_a applied', 'bad failed', 'good_b applied']);
    expect(statements).toHaveLength(4);
  });
});
