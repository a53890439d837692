import { expect, test } from 'vitest';
import { Horizons } from '../../../../src/pipeline/bound/horizons.ts';
import { testDatabaseConfig } from '../../../support/database-config.ts';

const at = (host: string, name: string) => ({
  config: testDatabaseConfig({ host, port: 3306, user: 'reader', password: '', schema: name }),
});

test('databases at one address share the list of open transactions, others do not wait for it', () => {
  const horizons = new Horizons();
  const business = horizons.transactionsOf(at('db.example', 'business'));
  expect(horizons.transactionsOf(at('db.example', 'matomo'))).toBe(business);
  expect(horizons.transactionsOf(at('other.example', 'matomo'))).not.toBe(business);
});
