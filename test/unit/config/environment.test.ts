import { describe, expect, it } from 'vitest';
import { type Environment, parseDatabaseConfig } from '../../../src/config/environment.ts';

const complete: Environment = {
  SHOP_DB_HOST: 'db.example',
  SHOP_DB_USER: 'reader',
  SHOP_DB_PASSWORD: 'geheim',
};
const spec = { schema: 'shop' };

function valid(environment: Environment, databaseSpec: Parameters<typeof parseDatabaseConfig>[1] = spec) {
  const parsed = parseDatabaseConfig('shop', databaseSpec, environment);
  if (parsed.kind === 'invalid') throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

function faultsOf(environment: Environment, databaseSpec: Parameters<typeof parseDatabaseConfig>[1] = spec) {
  const parsed = parseDatabaseConfig('shop', databaseSpec, environment);
  return parsed.kind === 'invalid' ? parsed.faults : [];
}

describe('parseDatabaseConfig', () => {
  it('fills in the defaults of the contract', () => {
    expect(valid(complete)).toMatchObject({
      name: 'shop',
      schema: 'shop',
      host: 'db.example',
      port: 3306,
      socketPath: null,
      user: 'reader',
      tls: { mode: 'preferred', caFile: null, certificateFile: null, keyFile: null },
      pool: {
        size: 10,
        maxOverflow: 20,
        recycleSeconds: 3600,
        prePing: true,
        connectTimeoutSeconds: 10,
        acquireTimeoutSeconds: 30,
        leakLimitSeconds: 3600,
      },
      tablePrefix: null,
    });
  });

  it('prefers the setting of one database over the one for all', () => {
    const config = valid({ ...complete, DB_POOL_SIZE: '5', SHOP_DB_POOL_SIZE: '7', DB_MAX_OVERFLOW: '0' });
    expect(config.pool).toMatchObject({ size: 7, maxOverflow: 0 });
  });

  it('takes a socket in place of a host', () => {
    const { SHOP_DB_HOST: _host, ...withoutHost } = complete;
    expect(valid({ ...withoutHost, SHOP_DB_SOCKET: '/run/mysqld.sock' }).socketPath).toBe('/run/mysqld.sock');
  });

  it('reports every fault at once, by variable', () => {
    expect(
      faultsOf(
        { SHOP_DB_PORT: '99999', SHOP_DB_SSL: 'maybe', DB_POOL_SIZE: '0', DB_POOL_PRE_PING: 'perhaps' },
        {},
      ),
    ).toEqual([
      'SHOP_DB_NAME is not set (database "shop")',
      'SHOP_DB_HOST is not set (database "shop")',
      'SHOP_DB_PORT: expected a port from 1 to 65535, got "99999"',
      'SHOP_DB_USER is not set (database "shop")',
      'SHOP_DB_PASSWORD is not set (database "shop")',
      'SHOP_DB_SSL: expected one of disabled, preferred, required, verify, got "maybe"',
      'DB_POOL_SIZE: expected a whole number from 1 to 1000, got "0"',
      'DB_POOL_PRE_PING: expected "true" or "false", got "perhaps"',
    ]);
  });

  it('accepts an empty password only when it is set to nothing on purpose', () => {
    expect(valid({ ...complete, SHOP_DB_PASSWORD: '' }).password.reveal()).toBe('');
    const { SHOP_DB_PASSWORD: _password, ...withoutPassword } = complete;
    expect(faultsOf(withoutPassword)).toEqual(['SHOP_DB_PASSWORD is not set (database "shop")']);
  });

  it('wants a client certificate and its key together', () => {
    expect(faultsOf({ ...complete, SHOP_DB_SSL_CERT: 'client.pem' })).toEqual([
      'SHOP_DB_SSL_CERT and SHOP_DB_SSL_KEY belong together: set both or neither',
    ]);
  });

  it('reads the table prefix, an empty one included', () => {
    const prefixed = { schema: 'shop', tablePrefix: 'matomo_' };
    expect(valid(complete, prefixed).tablePrefix).toEqual({ written: 'matomo_', actual: 'matomo_' });
    expect(valid({ ...complete, SHOP_TABLE_PREFIX: '' }, prefixed).tablePrefix?.actual).toBe('');
  });
});
