import createKnex from 'knex';
import { describe, expect, test } from 'vitest';
import { knexConfigurations } from '../../../src/databases/knex-configurations.ts';
import { databaseEnvironment } from '../../support/cli.ts';
import { createSchema, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe.each(servers)('the configuration for the knex CLI on $label', (server) => {
  test('connects with the same session as tidemark’s own connections', async () => {
    await using schema = await createSchema(server);
    await using directory = await temporaryDirectory();
    const configurations = await knexConfigurations(
      { business: {} },
      {
        environment: databaseEnvironment('business', schema.settings),
        projectDirectory: directory.path,
      },
    )();
    const knex = createKnex(configurations['business'] ?? {});
    try {
      const [rows] = (await knex.raw('SELECT @@time_zone AS zone, DATABASE() AS name')) as [unknown];
      expect(rows).toEqual([{ zone: '+00:00', name: schema.name }]);
    } finally {
      await knex.destroy();
    }
  });
});
