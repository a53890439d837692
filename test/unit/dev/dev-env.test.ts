import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'dotenv';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { loadEnvironment } from '../../../src/config/env-files.ts';
import { readDevEnv, removeDevEnv, renderDevEnv, writeDevEnv } from '../../../src/dev/dev-env.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const business = {
  name: 'business',
  schema: 'dianshu_backend',
  host: '127.0.0.1',
  port: 40_001,
  user: 'tidemark',
  password: 'p#w "d\'',
};

test('what is written is what dotenv and the configuration read, and only the owner may', async () => {
  await using project = await temporaryDirectory();
  await writeDevEnv(project.path, 'private', [business]);
  expect(await readDevEnv(project.path)).toEqual({ kind: 'private', databases: [business] });
  const { mode } = await stat(path.join(project.path, '.tidemark', 'dev.env'));
  expect(mode & 0o777).toBe(0o600);
  const loaded = await loadEnvironment({
    processEnvironment: {},
    projectDirectory: project.path,
    envFile: null,
    databaseNames: ['business', 'matomo'],
  });
  expect(loaded.variables['BUSINESS_DB_PASSWORD']).toBe(business.password);
});

test('the kind of server is kept, a second write replaces the first, and nothing is left after removal', async () => {
  await using project = await temporaryDirectory();
  expect(await readDevEnv(project.path)).toBeNull();
  await writeDevEnv(project.path, 'private', [business]);
  await writeDevEnv(project.path, 'docker', [{ ...business, name: 'matomo' }]);
  expect(await readDevEnv(project.path)).toEqual({
    kind: 'docker',
    databases: [{ ...business, name: 'matomo' }],
  });
  await removeDevEnv(project.path);
  expect(await readDevEnv(project.path)).toBeNull();
});

test('every printable password survives the file, or is refused', () => {
  assert(
    property(string({ unit: 'grapheme', minLength: 1 }), (password) => {
      let text: string;
      try {
        text = renderDevEnv('private', [{ ...business, password }]);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(parse(text)['BUSINESS_DB_PASSWORD']).toBe(password);
    }),
  );
});
