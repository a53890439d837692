import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../../src/migrations/inspect.ts';
import { introspectForeignKeys } from '../../../src/schema/introspect-foreign-keys.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createSchema, servers } from '../../support/schemas.ts';

const READS = 40;

describe.each(servers)('the dictionary of $label', (server) => {
  // MariaDB skips what another session's DDL has locked, for a session that holds a lock itself.
  test('leaves out no table that others change while this session holds a lock', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE parent (id INT PRIMARY KEY)');
    await schema.connection.query(
      'CREATE TABLE busy (id INT PRIMARY KEY, a INT, KEY (a), FOREIGN KEY (a) REFERENCES parent (id))',
    );
    await using database = await openTestDatabase(schema.settings);
    await using session = await database.session();
    await session.query('SELECT GET_LOCK(?, 0)', [schema.name]);
    let changes = 0;
    const done = new AbortController();
    const changing = (async () => {
      while (!done.signal.aborted) {
        await schema.connection.query('CREATE TRIGGER t BEFORE INSERT ON busy FOR EACH ROW SET @a = 1');
        await schema.connection.query('DROP TRIGGER t');
        changes += 1;
        await sleep(10);
      }
    })();
    try {
      for (let read = 0; read < READS; read++) {
        const { tables, indexes } = await inspect(session, database, ['busy']);
        const keys = await introspectForeignKeys(session, database.server, {
          schema: schema.name,
          tables: ['busy'],
        });
        expect({
          primaryKey: tables.get('busy')?.primaryKey,
          columns: tables.get('busy')?.columns.length,
          engine: tables.get('busy')?.engine,
          indexes: indexes.get('busy')?.length,
          keys: keys.length,
        }).toEqual({
          primaryKey: ['id'],
          columns: 2,
          engine: 'InnoDB',
          indexes: 2,
          keys: 1,
        });
      }
    } finally {
      done.abort();
      await changing;
    }
    expect(changes).toBeGreaterThan(0);
  });
});
