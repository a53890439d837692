import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { RefusedError, WorkFailedError } from '../../../src/errors.ts';
import { ledgerExists } from '../../../src/migrations/ledger-format.ts';
import { parseWindow } from '../../../src/migrations/window.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { createSchema, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MIGRATIONS = testMigrations(
  { table: 'one', name: 'idx_a', columns: ['a'] },
  { table: 'two', name: 'idx_a', columns: ['a'] },
);

/** A time of day in Shanghai. */
function at(time: string): Date {
  return new Date(`2026-11-23T${time}+08:00`);
}

describe.each(servers)('on $label', (server) => {
  test('a window keeps runs out, and stops a run at its end between two tables', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE one (id INT PRIMARY KEY, a INT)');
    await schema.connection.query('CREATE TABLE two LIKE one');
    await using database = await openTestDatabase(schema.settings);
    const window = parseWindow('02:00-05:00', 'Asia/Shanghai');

    const outside = up(database, MIGRATIONS, { window }, { now: () => at('05:00:00') });
    await expect(outside).rejects.toBeInstanceOf(RefusedError);
    await expect(outside).rejects.toThrow(
      /outside the window 02:00-05:00 Asia\/Shanghai: nothing was changed/,
    );
    expect(await ledgerExists(database)).toBe(false);

    const times = [at('04:58:00'), at('04:59:59'), at('05:00:00')];
    const late = up(database, MIGRATIONS, { window }, { now: () => times.shift() ?? at('05:01:00') });
    await expect(late).rejects.toThrow(/1 of 2 migrations were applied/);
    expect(await indexNames(schema, 'one')).toEqual(['idx_a']);
    expect(await indexNames(schema, 'two')).toEqual([]);

    expect(actions(await up(database, MIGRATIONS, { window }, { now: () => at('03:00:00') }))).toEqual([
      'built idx_a',
    ]);
  });

  test('a backup that fails keeps everything as it was', async () => {
    await using schema = await createSchema(server);
    await schema.connection.query('CREATE TABLE one (id INT PRIMARY KEY, a INT)');
    await schema.connection.query('CREATE TABLE two LIKE one');
    await using database = await openTestDatabase(schema.settings);
    // A file is no folder.
    const backup = { directory: path.join(import.meta.filename, 'backups'), withData: false };

    const failure = up(database, MIGRATIONS, { backup });

    await expect(failure).rejects.toBeInstanceOf(WorkFailedError);
    await expect(failure).rejects.toThrow(/nothing was changed/);
    expect(await indexNames(schema, 'one')).toEqual([]);
  });
});

// MySQL's own dump tool is not part of Debian; the tool is looked for by name and tried, so one server shows the rest.
describe.each(servers.filter(({ flavour }) => flavour === 'mariadb'))('a backup on $label', (server) => {
  test.each([true, false])('with data: %s, is complete before the first change', async (withData) => {
    await using schema = await createSchema(server);
    await using directory = await temporaryDirectory();
    await schema.connection.query('CREATE TABLE one (id INT PRIMARY KEY, a INT)');
    await schema.connection.query('CREATE TABLE two LIKE one');
    await schema.connection.query('INSERT INTO one VALUES (424242, 1)');
    await using database = await openTestDatabase(schema.settings);
    const { events, observe } = recorder();

    await up(database, MIGRATIONS, { backup: { directory: directory.path, withData } }, { observe });

    const [file, ...others] = await readdir(directory.path);
    expect(others).toEqual([]);
    const dump = await readFile(path.join(directory.path, file!), 'utf8');
    expect(dump).toContain('CREATE TABLE `one`');
    expect(dump).toContain('Dump completed');
    expect(dump.includes('424242')).toBe(withData);
    expect(dump).not.toContain('idx_a');
    expect(events[0]).toEqual({ kind: 'backed-up', file: path.join(directory.path, file!) });
    expect((await stat(path.join(directory.path, file!))).mode & 0o077).toBe(0);
  });
});
