import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { RefusedError, UsageError } from '../../../src/errors.ts';
import { createMigration } from '../../../src/migrations/create-migration.ts';
import { parseColumn } from '../../../src/migrations/parse-column.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const now = new Date('2026-11-23T01:02:03Z');

test('writes a file that declares the index', async () => {
  await using directory = await temporaryDirectory();
  const projectDatabase = { name: 'shop', migrationsDirectory: path.join(directory.path, 'migrations/shop') };
  const request = { projectDatabase, table: 'orders', columns: ['note(20)', 'update_time DESC'], now };

  const { migration, file } = await createMigration({ ...request, description: "It's for\nreports" });

  expect(migration).toBe('20261123010203_orders_idx_note_update_time');
  expect(path.basename(file)).toBe(`${migration}.ts`);
  expect(await readFile(file, 'utf8')).toBe(
    [
      "import { defineIndex } from 'tidemark/define';",
      '',
      'export default defineIndex({',
      "  table: 'orders',",
      "  name: 'idx_note_update_time',",
      "  columns: [{ column: 'note', length: 20 }, { column: 'update_time', order: 'desc' }],",
      String.raw`  description: 'It\'s for\nreports',`,
      '});',
      '',
    ].join('\n'),
  );
  await expect(createMigration({ ...request, now: new Date('2027-01-01T00:00:00Z') })).rejects.toBeInstanceOf(
    RefusedError,
  );
});

test('refuses what cannot be an index', async () => {
  await using directory = await temporaryDirectory();
  const projectDatabase = { name: 'shop', migrationsDirectory: directory.path };
  const columns = ['a', 'b desc nulls first'];
  await expect(createMigration({ projectDatabase, table: 't', columns })).rejects.toThrow(UsageError);
  const long = { projectDatabase, table: 't'.repeat(65), columns: ['a', 'a'] };
  await expect(createMigration(long)).rejects.toThrow(/longer than 64[^]*there twice/);
});

describe('a column on the command line', () => {
  test.each([
    ['a', { name: 'a', length: null, descending: false }],
    [' größe ', { name: 'größe', length: null, descending: false }],
    ['a(10)', { name: 'a', length: 10, descending: false }],
    ['a (10) desc', { name: 'a', length: 10, descending: true }],
    ['a ASC', { name: 'a', length: null, descending: false }],
    ['`a b(1)` DESC', { name: 'a b(1)', length: null, descending: true }],
  ])('%s', (text, part) => {
    expect(parseColumn(text)).toEqual({ kind: 'column', ...part });
  });

  test.each(['', 'a b', 'a()', 'a(0)', 'lower(a)', 'a(10', 'a,b'])('refuses %j', (text) => {
    expect(parseColumn(text)).toBeNull();
  });
});
