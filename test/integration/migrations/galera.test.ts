import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RefusedError } from '../../../src/errors.ts';
import { readLedger } from '../../../src/migrations/ledger.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, testMigrations, up } from '../../support/migrations.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { createSchema } from '../../support/schemas.ts';
import { debianPackage } from '../../support/servers/debian-package.ts';

const DECLARATION = { table: 'orders', name: 'idx_a', columns: ['a'] } as const;
let provider = '';

// MySQL's cluster of this kind, Percona's, is in no Debian package.
describe('a Galera node of MariaDB', () => {
  beforeAll(async () => {
    provider = path.join(await debianPackage('galera-4'), 'usr/lib/libgalera_smm.so');
  }, 300_000);

  test('is told before anything is built that its writers would wait', { timeout: 120_000 }, async () => {
    await using node = await startPrivateTestServer('mariadb', (directory) => [
      '--wsrep-on=ON',
      `--wsrep-provider=${provider}`,
      // A cluster of one, which talks to nobody and needs no address that another server could have.
      '--wsrep-cluster-address=gcomm://',
      `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:0;gcache.size=16M;gcache.dir=${directory}`,
      '--wsrep-node-address=127.0.0.1',
      '--wsrep-sst-method=skip',
      '--binlog-format=ROW',
      '--innodb-autoinc-lock-mode=2',
    ]);
    await using schema = await createSchema(node.settings);
    await schema.connection.query('CREATE TABLE orders (id BIGINT PRIMARY KEY AUTO_INCREMENT, a INT)');
    await using database = await openTestDatabase(schema.settings);

    const online = up(database, testMigrations(DECLARATION));

    await expect(online).rejects.toBeInstanceOf(RefusedError);
    await expect(online).rejects.toThrow(/in a Galera cluster all writes wait until it is done/);
    expect(await indexNames(schema, 'orders')).toEqual([]);

    const allowed = testMigrations({ ...DECLARATION, online: false });
    expect(actions(await up(database, allowed))).toEqual(['built idx_a']);
    expect((await readLedger(database)).map(({ state }) => state)).toEqual(['applied']);
  });
});
