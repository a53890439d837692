import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { describe, expect, inject, test } from 'vitest';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { actions, down, testMigrations, up } from '../../support/migrations.ts';
import { startTestServer } from '../../support/servers/test-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe.each(['mysql', 'mariadb'] as const)(
  'a %s server whose sessions do not commit by themselves',
  (flavour) => {
    test.each([
      ['by its own setting', '--autocommit=0'],
      ['by init_connect, for users without privileges', '--init-connect=SET autocommit = 0'],
    ])('%s: indexes are built, found and dropped', { timeout: 120_000 }, async (_, setting) => {
      await using directory = await temporaryDirectory(inject('serversDirectory'));
      const { settings, server } = await startTestServer({
        software: inject('software')[flavour],
        directory: directory.path,
        extra: [setting],
      });
      const { host, port, user, password } = settings;
      const connection = await createConnection({ host, port, user, password });
      try {
        await connection.query('CREATE DATABASE shop');
        await connection.query('CREATE TABLE shop.t (id INT PRIMARY KEY, a INT, b INT)');
        await connection.query(`CREATE USER plain IDENTIFIED BY '${password}'`);
        await connection.query('GRANT ALL ON shop.* TO plain');
        await using database = await openTestDatabase({ ...settings, user: 'plain', schema: 'shop' });
        const plain = await createConnection({ host, port, user: 'plain', password });
        const [[found]] = await plain.query<RowDataPacket[]>('SELECT @@autocommit AS autocommit');
        plain.destroy();
        expect(found).toEqual({ autocommit: 0 });

        const migrations = testMigrations(
          { table: 't', name: 'i_a', columns: ['a'] },
          { table: 't', name: 'i_b', columns: ['b'] },
        );
        expect(actions(await up(database, migrations, { coalesce: false }))).toEqual([
          'built i_a',
          'built i_b',
        ]);
        expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied', 'applied']);
        expect(actions(await up(database, migrations))).toEqual([]);
        expect(actions(await down(database, migrations, { all: true }))).toEqual([
          'dropped i_b',
          'dropped i_a',
        ]);
        expect(await readLedger(database)).toEqual([]);
      } finally {
        connection.destroy();
        await server.stop();
      }
    });
  },
);
