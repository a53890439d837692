import { describe, expect, test } from 'vitest';
import { parseServerVersion } from '../../../src/databases/server.ts';
import { COPY_TOOLS, copyName } from '../../../src/migrations/strategies/copy-tool.ts';
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
  expect(copyName('orders')).toBe('_orders_tidemark_new');
  const long = 'x'.repeat(64);
  expect(copyName(long).length).toBeLessThanOrEqual(64);
  expect(copyName(long)).not.toBe(copyName(`${'x'.repeat(63)}y`));
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

  test('tells its progress in lines', () => {
    expect(fraction('Copy: 1200/2000 60.5%; Applied: 0; Backlog: 0/1000; Time: 3s(total)')).toBe(0.605);
    expect(fraction('# Migrating `shop`.`orders`')).toBeNull();
  });
});
