import type { RowDataPacket } from 'mysql2';
import { describe, expect, test } from 'vitest';
import { readServerConnections } from '../../../src/databases/server-connections.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { connect, createSchema, createUser, servers } from '../../support/schemas.ts';

describe.each(servers)('the connections of $label', (server) => {
  test('are counted by user and host, with the limits of the server', async () => {
    await using schema = await createSchema(server);
    await using database = await openTestDatabase(schema.settings);
    await using user = await createUser(server, []);
    const others = await Promise.all(
      [1, 2].map(() => connect({ ...server, user: user.name, password: user.password })),
    );
    await using session = await database.session();
    const connections = await readServerConnections(session);
    await Promise.all(others.map((connection) => connection.end()));
    expect(connections.clients.find((client) => client.user === user.name)).toMatchObject({
      connections: 2,
      active: 0,
    });
    expect(connections.threadsConnected).toBeGreaterThanOrEqual(3);
    expect(connections.maxUsedConnections).toBeGreaterThanOrEqual(3);
    const [limits] = await schema.connection.query<RowDataPacket[]>(
      'SELECT @@GLOBAL.max_connections AS maxConnections',
    );
    expect(connections).toMatchObject({ ...limits[0], waitTimeoutSeconds: 28_800 });
  });

  test('of others are not visible without the PROCESS privilege, which is said', async () => {
    await using schema = await createSchema(server);
    await using user = await createUser(server, [`SELECT ON \`${schema.name}\`.*`]);
    await using database = await openTestDatabase({
      ...schema.settings,
      user: user.name,
      password: user.password,
    });
    await using session = await database.session();
    const connections = await readServerConnections(session);
    expect(connections.complete).toBe(false);
    expect(connections.clients.map((client) => client.user)).toEqual([user.name]);
  });
});
