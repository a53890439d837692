import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseEnv } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const project = path.resolve(import.meta.dirname, '../../..');
const read = async (file: string) => readFile(path.join(project, file), 'utf8');

/** Values as Compose would see them: `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_match, name: string, operator: string, rest: string) => {
      const value = variables[name];
      if (value !== undefined && value !== '') return value;
      if (operator === '-') return rest;
      throw new Error(`${name}: ${rest}`);
    },
  );
}

const composeFile = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()),
      ports: z.array(z.string()),
      volumes: z.array(z.string()),
      healthcheck: z.object({ test: z.array(z.string()) }),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

async function compose(variables: Readonly<Record<string, string>>) {
  return composeFile.parse(parse(interpolate(await read('docker-compose.yml'), variables), { merge: true }));
}

describe('docker-compose.yml', () => {
  test('with an unmodified copy of .env.example gives both databases on loopback with their own volumes', async () => {
    const env = parseEnv(await read('.env.example'));
    const { services, volumes } = await compose(env);
    expect(Object.keys(services)).toEqual(['mysql-business', 'mysql-matomo']);
    expect(Object.keys(volumes)).toEqual(['mysql-business', 'mysql-matomo']);
    for (const [name, prefix] of [
      ['mysql-business', 'BUSINESS'],
      ['mysql-matomo', 'MATOMO'],
    ] as const) {
      const service = services[name];
      expect(service?.image).toBe('mysql:8.4');
      expect(service?.ports).toEqual([`127.0.0.1:${env[`${prefix}_DB_PORT`]}:3306`]);
      expect(service?.environment).toMatchObject({
        MYSQL_DATABASE: env[`${prefix}_DB_NAME`],
        MYSQL_USER: env[`${prefix}_DB_USER`],
        MYSQL_PASSWORD: env[`${prefix}_DB_PASSWORD`],
      });
      expect(service?.volumes[0]).toBe(`${name}:/var/lib/mysql`);
      expect(service?.healthcheck.test.at(-1)).toContain('SELECT 1');
    }
  });

  test('has no password of its own: without one it refuses and says what to do', async () => {
    await expect(compose({})).rejects.toThrow(/BUSINESS_DB_PASSWORD: .*\.env\.example/);
    await expect(compose({ BUSINESS_DB_PASSWORD: 'x' })).rejects.toThrow(/MATOMO_DB_PASSWORD/);
  });

  test('only needs the passwords', async () => {
    const { services } = await compose({ BUSINESS_DB_PASSWORD: 'x', MATOMO_DB_PASSWORD: 'y' });
    expect(Object.values(services).flatMap(({ ports }) => ports)).toEqual([
      '127.0.0.1:3306:3306',
      '127.0.0.1:3307:3306',
    ]);
  });
});

describe('.env.example', () => {
  const perDatabase = [
    'HOST',
    'PORT',
    'NAME',
    'USER',
    'PASSWORD',
    'SOCKET',
    'SSL',
    'SSL_CA',
    'SSL_CERT',
    'SSL_KEY',
  ];
  const pool = [
    'POOL_SIZE',
    'MAX_OVERFLOW',
    'POOL_RECYCLE',
    'POOL_PRE_PING',
    'CONNECT_TIMEOUT',
    'POOL_TIMEOUT',
    'POOL_LEAK_LIMIT',
  ];

  test('has every variable of the contract, each with one line of comment above it', async () => {
    const lines = (await read('.env.example')).split('\n');
    const commentOf = new Map<string, string>();
    for (const [index, line] of lines.entries()) {
      const name = /^#?([A-Z_]+)=/.exec(line)?.[1];
      if (name !== undefined) commentOf.set(name, lines[index - 1] ?? '');
    }
    const expected = [
      ...['BUSINESS', 'MATOMO'].flatMap((name) => perDatabase.map((suffix) => `${name}_DB_${suffix}`)),
      'MATOMO_TABLE_PREFIX',
      ...pool.map((suffix) => `DB_${suffix}`),
      'SINK_URL',
    ];
    expect([...commentOf.keys()].toSorted()).toEqual(expected.toSorted());
    for (const comment of commentOf.values()) expect(comment).toMatch(/^# \w/);
  });
});

describe('workflows', () => {
  const workflow = z.object({
    concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }),
    jobs: z.record(
      z.string(),
      z.object({
        'timeout-minutes': z.number(),
        steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
      }),
    ),
  });

  test.each(['ci.yml', 'extract-load.yml'])(
    '%s parses, is bounded, and calls npm scripts that exist',
    async (name) => {
      const { jobs } = workflow.parse(parse(await read(`.github/workflows/${name}`)));
      const { scripts } = z
        .object({ scripts: z.record(z.string(), z.string()) })
        .parse(JSON.parse(await read('package.json')));
      const steps = Object.values(jobs).flatMap((job) => job.steps);
      for (const { run } of steps) {
        for (const [, script = ''] of (run ?? '').matchAll(/npm run ([\w:-]+)/g))
          expect(scripts).toHaveProperty(script);
      }
      for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/@v\d+$/);
    },
  );

  test('two runs of extract-load never overlap, and none is cut off', async () => {
    const { concurrency } = workflow.parse(parse(await read('.github/workflows/extract-load.yml')));
    expect(concurrency).toEqual({ group: 'extract-load', 'cancel-in-progress': false });
  });
});
