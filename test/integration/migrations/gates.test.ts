import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, inject, test } from 'vitest';
import type { Command } from '../../../src/dev/servers/software.ts';
import { RefusedError, WorkFailedError } from '../../../src/errors.ts';
import { clientOptionFile } from '../../../src/migrations/client-option-file.ts';
import { ledgerExists } from '../../../src/migrations/ledger-format.ts';
import { parseWindow } from '../../../src/migrations/window.ts';
import { openTestDatabase, testDatabaseConfig } from '../../support/database-config.ts';
import { indexNames } from '../../support/index-names.ts';
import { actions, recorder, testMigrations, up } from '../../support/migrations.ts';
import { frontOfPath, writeLauncher } from '../../support/programs.ts';
import { createSchema, servers, type TestSchema } from '../../support/schemas.ts';
import { besideServer } from '../../support/servers/server-programs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MIGRATIONS = testMigrations(
  { table: 'one', name: 'idx_a', columns: ['a'] },
  { table: 'two', name: 'idx_a', columns: ['a'] },
);

/** Runs a dump with the server's own client. */
async function load(file: string, into: TestSchema, [program, ...leading]: Command): Promise<void> {
  await using login = await clientOptionFile(testDatabaseConfig(into.settings));
  await execa(program, [...leading, `--defaults-extra-file=${login.path}`, into.name], { inputFile: file });
}

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

describe.each(servers)('a backup on $label', (server) => {
  test.each([true, false])(
    'with data: %s, is complete before the first change, and loads',
    async (withData) => {
      const software = inject('software')[server.flavour];
      await using schema = await createSchema(server);
      await using restored = await createSchema(server);
      await using directory = await temporaryDirectory();
      await using programs = await temporaryDirectory();
      const tool = server.flavour === 'mysql' ? 'mysqldump' : 'mariadb-dump';
      await writeLauncher(programs.path, tool, besideServer(software, tool));
      using _ = frontOfPath(programs.path);
      await schema.connection.query('CREATE TABLE one (id INT PRIMARY KEY, a INT)');
      await schema.connection.query('CREATE TABLE two LIKE one');
      await schema.connection.query('INSERT INTO one VALUES (424242, 1)');
      await using database = await openTestDatabase(schema.settings);
      const { events, observe } = recorder();

      await up(database, MIGRATIONS, { backup: { directory: directory.path, withData } }, { observe });

      const [file, ...others] = await readdir(directory.path);
      expect(others).toEqual([]);
      const dumpFile = path.join(directory.path, file!);
      expect(events[0]).toEqual({ kind: 'backed-up', file: dumpFile });
      expect((await stat(dumpFile)).mode & 0o077).toBe(0);
      const dump = await readFile(dumpFile, 'utf8');
      expect(dump).toContain('Dump completed');
      expect(dump).not.toContain('GTID_PURGED');
      await load(dumpFile, restored, besideServer(software, server.flavour));
      expect(await indexNames(restored, 'one')).toEqual([]);
      const [rows] = await restored.connection.query('SELECT id FROM one');
      expect(rows).toEqual(withData ? [{ id: 424_242 }] : []);
      const [tables] = await restored.connection.query('SHOW TABLES');
      expect(tables).toHaveLength(2);
    },
  );
});
