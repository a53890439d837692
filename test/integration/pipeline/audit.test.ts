import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/pipeline/audit.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

describe.each(servers)('the audit on $label', (server) => {
  test('says of each cursor why it cannot be trusted, and of a good one nothing', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE good (id INT PRIMARY KEY, t DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), KEY t (t))',
      'INSERT INTO good (id) VALUES (1)',
      'CREATE TABLE bad (id INT PRIMARY KEY, t DATETIME NULL, KEY t (t))',
      `INSERT INTO bad SELECT n, '2024-01-01' FROM ${numbers(4)}`,
      "INSERT INTO bad VALUES (20001, NULL), (20002, NULL), (20003, '2199-01-01')",
      'CREATE TABLE bare (id INT PRIMARY KEY, t TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)',
      'CREATE TABLE ids (id INT AUTO_INCREMENT PRIMARY KEY)',
    );
    const tables = [
      ...['good', 'bad', 'bare'].map((table) => ({ table, cursor: 't', index: 't' })),
      { table: 'ids', cursor: 'id', index: 'PRIMARY' },
    ].map(extracted);
    const findings = await audit({ databases: [{ database: extraction.database, tables }] });
    expect(findings.map(({ table, kind }) => `${table}: ${kind}`)).toEqual([
      'bad: no-on-update',
      'bad: null-cursor',
      'bad: future-cursor',
      'bad: many-ties',
      'bare: missing-index',
      'ids: inserts-only',
    ]);
    expect(findings).toMatchObject([
      {},
      { rows: 2 },
      { value: '2199-01-01 00:00:00' },
      { value: '2024-01-01 00:00:00', rows: 10_000 },
      { advice: expect.stringContaining('migrate:create') as string },
      {},
    ]);
  });
});
