import { describe, expect, test } from 'vitest';
import { introspectIndexes } from '../../../src/schema/introspect-indexes.ts';
import { introspectTables } from '../../../src/schema/introspect-tables.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createSchema, servers } from '../../support/schemas.ts';

describe.each(servers)('tables as $label reports them', (server) => {
  test('primary keys are the same from the indexes as from the server', async () => {
    await using schema = await createSchema(server);
    for (const statement of [
      'CREATE TABLE visit_action (idvisit INT NOT NULL, server_time DATETIME NOT NULL, idlink INT NOT NULL, PRIMARY KEY (server_time, idvisit, idlink), KEY (idvisit))',
      'CREATE TABLE users (id BIGINT PRIMARY KEY, email VARCHAR(100) NOT NULL UNIQUE)',
      'CREATE TABLE heap (n INT NOT NULL, UNIQUE KEY (n))',
      'CREATE VIEW everybody AS SELECT id FROM users',
    ]) {
      await schema.connection.query(statement);
    }
    await using database = await openTestDatabase(schema.settings);
    await using session = await database.session();
    const indexes = await introspectIndexes(session, database.server, { schema: schema.name });
    const asked = await introspectTables(session, database.server, { schema: schema.name });
    expect(await introspectTables(session, database.server, { schema: schema.name, indexes })).toEqual(asked);
    expect(asked.map(({ name, primaryKey }) => [name, primaryKey])).toEqual([
      ['everybody', []],
      ['heap', []],
      ['users', ['id']],
      ['visit_action', ['server_time', 'idvisit', 'idlink']],
    ]);
  });
});
