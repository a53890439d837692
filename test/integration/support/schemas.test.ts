import { describe, expect, test } from 'vitest';
import { createConnection } from 'mysql2/promise';
import { allServers } from '../../support/all-servers.ts';
import { createSchema, createUser, servers } from '../../support/schemas.ts';

test('there is exactly one MySQL and one MariaDB', () => {
  expect(servers.map(({ flavour }) => flavour).toSorted()).toEqual(['mariadb', 'mysql']);
});

test('the third server is the MariaDB that has another default collation', async () => {
  const [first, second, third] = allServers;
  expect([first, second]).toEqual(servers);
  expect(third!.label).toMatch(/^MariaDB 11\./);
  await using schema = await createSchema(third!);
  const [rows] = await schema.connection.query('SELECT @@collation_server AS collation');
  expect(rows).toEqual([{ collation: 'utf8mb4_uca1400_ai_ci' }]);
});

describe.each(servers)('schemas for tests on $label', (server) => {
  test('a schema is empty, usable and gone afterwards', async () => {
    let name: string;
    {
      await using schema = await createSchema(server);
      ({ name } = schema);
      await schema.connection.query('CREATE TABLE t (id INT)');
      const [rows] = await schema.connection.query(
        'SELECT DATABASE() AS name, @@character_set_database AS charset',
      );
      expect(rows).toEqual([{ name, charset: 'utf8mb4' }]);
    }
    await using other = await createSchema(server);
    const [rows] = await other.connection.query('SHOW DATABASES LIKE ?', [name]);
    expect(rows).toEqual([]);
  });

  test('a user has its own password and only the privileges that were granted', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE t (id INT)');
    await using user = await createUser(server, [`SELECT ON \`${schema.name}\`.*`]);
    const connection = await createConnection({
      host: server.host,
      port: server.port,
      user: user.name,
      password: user.password,
      database: schema.name,
    });
    try {
      await expect(connection.query('SELECT * FROM t')).resolves.toBeDefined();
      await expect(connection.query('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ errno: 1142 });
    } finally {
      await connection.end();
    }
  });
});
