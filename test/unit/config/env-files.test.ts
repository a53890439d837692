import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../../src/config/env-files.ts';
import { ConfigurationError } from '../../../src/errors.ts';

describe('loadEnvironment', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tidemark-env-'));
    await mkdir(path.join(directory, '.tidemark'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const load = (processEnvironment: Record<string, string> = {}, envFile: string | null = null) =>
    loadEnvironment({
      processEnvironment,
      projectDirectory: directory,
      envFile,
      databaseNames: ['business', 'matomo'],
    });
  const write = (file: string, text: string) => writeFile(path.join(directory, file), text);

  it('lets the environment win over .env', async () => {
    await write('.env', 'BUSINESS_DB_HOST=from-file\nBUSINESS_DB_USER=file-user\n');
    const { variables } = await load({ BUSINESS_DB_HOST: 'from-process' });
    expect(variables).toMatchObject({ BUSINESS_DB_HOST: 'from-process', BUSINESS_DB_USER: 'file-user' });
  });

  it('reads --env-file in place of .env', async () => {
    await write('.env', 'BUSINESS_DB_HOST=default-file\n');
    await write('staging.env', 'BUSINESS_DB_USER=staging\n');
    const { variables } = await load({}, 'staging.env');
    expect(variables['BUSINESS_DB_HOST']).toBeUndefined();
    expect(variables['BUSINESS_DB_USER']).toBe('staging');
  });

  it('says of a database that nobody names', async () => {
    const { origins } = await load({ DB_POOL_SIZE: '5', BUSINESS_DB_POOL_SIZE: '5' });
    expect([...origins.values()]).toEqual(['nobody', 'nobody']);
  });

  it('names an --env-file that is not there', async () => {
    await expect(load({}, 'absent.env')).rejects.toThrow(ConfigurationError);
    await expect(load({}, 'absent.env')).rejects.toThrow(/absent\.env: no such file/);
  });

  it('uses the local server only for databases that nothing else names', async () => {
    await write(
      path.join('.tidemark', 'dev.env'),
      'BUSINESS_DB_HOST=127.0.0.1\nBUSINESS_DB_PASSWORD=local\nMATOMO_DB_HOST=127.0.0.1\nMATOMO_DB_PASSWORD=local\n',
    );
    const { variables, origins } = await load({ BUSINESS_DB_HOST: 'production' });
    expect([...origins]).toEqual([
      ['business', 'user'],
      ['matomo', 'local-server'],
    ]);
    expect(variables).toMatchObject({ BUSINESS_DB_HOST: 'production', MATOMO_DB_PASSWORD: 'local' });
    expect(variables['BUSINESS_DB_PASSWORD']).toBeUndefined();
  });
});
