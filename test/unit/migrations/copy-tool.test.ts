import { describe, expect, test } from 'vitest';
import type { TlsMode } from '../../../src/config/database-config.ts';
import { parseServerVersion } from '../../../src/databases/server.ts';
import { copyStem } from '../../../src/migrations/strategies/copy-names.ts';
import { COPY_TOOLS } from '../../../src/migrations/strategies/copy-tools.ts';
import { testDatabaseConfig } from '../../support/database-config.ts';

const order = (version: string) => ({
  config: testDatabaseConfig({ host: 'db', port: 3307, user: 'u', password: 'secret', schema: 'a,b' }),
  server: parseServerVersion(version),
  table: 'orders',
  clauses: ['ADD INDEX `i` (`a`)', 'ADD INDEX `j` (`b`)'],
  optionFile: '/login/client.cnf',
  lockWaitTimeoutSeconds: 5,
});

test("a copy's name is its own, fits, and follows from the table's", () => {
  expect(COPY_TOOLS['pt-osc'].besides('orders')).toEqual(['_orders_tidemark_new']);
  expect(COPY_TOOLS['gh-ost'].besides('orders')).toEqual([
    '_orders_tidemark_gho',
    '_orders_tidemark_ghc',
    '_orders_tidemark_del',
  ]);
  const long = 'x'.repeat(64);
  for (const { besides } of Object.values(COPY_TOOLS)) {
    for (const name of [...besides(long), ...besides('x'.repeat(50))])
      expect(name.length).toBeLessThanOrEqual(64);
  }
  expect(copyStem(long)).not.toBe(copyStem(`${'x'.repeat(63)}y`));
});

describe('pt-online-schema-change', () => {
  const { arguments: argumentsOf, fraction } = COPY_TOOLS['pt-osc'];

  test('is told the clauses and the table, and no password', () => {
    const told = argumentsOf(order('10.11.19-MariaDB'));
    expect(told).toContain('--alter=ADD INDEX `i` (`a`), ADD INDEX `j` (`b`)');
    expect(told.at(-1)).toBe(String.raw`D=a\,b,t=orders`);
    expect(told.join(' ')).not.toContain('secret');
    expect(told.join(' ')).not.toContain('recursion-method');
  });

  test('is spared what MySQL 8.4 and 9 no longer know', () => {
    const told = argumentsOf(order('9.7.4'));
    expect(told).toContain('--recursion-method=none');
    expect(told).toContain('--set-vars=lock_wait_timeout=5,explain_format=TRADITIONAL');
  });

  test('tells its progress in lines', () => {
    expect(fraction('Copying `shop`.`orders`:  61% 00:12 remain')).toBe(0.61);
    expect(fraction('Created triggers OK.')).toBeNull();
  });
});

/** gh-ost's options about TLS. */
function tlsOf(mode: TlsMode): readonly string[] {
  const { config, ...others } = order('8.4.3');
  const tls = { mode, caFile: '/ca.pem', certificateFile: null, keyFile: null };
  const told = COPY_TOOLS['gh-ost'].arguments({ ...others, config: { ...config, tls } });
  return told.filter((argument) => argument.startsWith('--ssl'));
}

describe('gh-ost', () => {
  const { arguments: argumentsOf, fraction } = COPY_TOOLS['gh-ost'];

  test('is told the clauses and the table, and no password', () => {
    const told = argumentsOf(order('8.4.3'));
    expect(told).toEqual(
      expect.arrayContaining([
        '--host=db',
        '--port=3307',
        '--table=orders',
        '--conf=/login/client.cnf',
        '--execute',
      ]),
    );
    expect(told.join(' ')).not.toContain('secret');
  });

  test('speaks TLS where the database asks for it, and checks the certificate only where it can', () => {
    expect(tlsOf('preferred')).toEqual([]);
    expect(tlsOf('required')).toEqual(['--ssl', '--ssl-ca=/ca.pem', '--ssl-allow-insecure']);
    expect(tlsOf('verify')).toEqual(['--ssl', '--ssl-ca=/ca.pem']);
  });

  test('tells its progress in lines', () => {
    expect(fraction('Copy: 1200/2000 60.5%; Applied: 0; Backlog: 0/1000; Time: 3s(total)')).toBe(0.605);
    expect(fraction('# Migrating `shop`.`orders`')).toBeNull();
  });
});
