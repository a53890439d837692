import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { keyOf, parseUrl } from '../../../src/discovery/connection/parse-url.ts';
import { envFile } from '../../../src/discovery/render/env-file.ts';
import { gitignore } from '../../../src/discovery/render/gitignore.ts';
import { packageJson } from '../../../src/discovery/render/package-json.ts';

describe('.env', () => {
  test.each([
    '',
    'plain',
    ' spaces ',
    'a#b',
    '"quoted"',
    "it's",
    'back\\slash\\n',
    '$HOME',
    '`tick`',
    '\'"',
    'line\nbreak',
  ])('holds the password %j as it is', (password) => {
    const { text } = envFile('.env', null, 'shop', { SHOP_DB_PASSWORD: password, SHOP_DB_USER: 'u' })!;
    expect(parse(text)).toEqual({ SHOP_DB_PASSWORD: password, SHOP_DB_USER: 'u' });
  });

  test('refuses what it cannot hold', () => {
    expect(() => envFile('.env', null, 'shop', { P: 'all ` of " them # \' here' })).toThrow(RangeError);
  });

  test('keeps what is there, a value of its own included', () => {
    const planned = envFile('.env', 'SHOP_DB_USER=other', 'shop', { SHOP_DB_USER: 'u', SHOP_DB_HOST: 'h' })!;
    expect(planned.text).toBe('SHOP_DB_USER=other\n\n# Database "shop"\nSHOP_DB_HOST=h\n');
    expect(envFile('.env', planned.text, 'shop', { SHOP_DB_HOST: 'h' })).toBeNull();
  });
});

test('.gitignore gets the lines that it lacks, and package.json the scripts', () => {
  expect(gitignore('.gitignore', '/node_modules\n.env\n/data\n.tidemark')).toBeNull();
  const planned = packageJson('package.json', '{\n\t"scripts": {"doctor": "mine"}\n}');
  expect(planned).toMatchObject({
    text: expect.stringMatching(/^\{\n\t"scripts": \{\n\t\t"doctor": "mine",/) as string,
  });
  expect(packageJson('package.json', '[]')).toMatchObject({ instruction: expect.any(String) as string });
});

describe('--url', () => {
  test('is read in full', () => {
    expect(parseUrl('mysql://reader%40x@db.example.com:3307/my%20shop?ssl=required')).toEqual({
      host: 'db.example.com',
      port: 3307,
      user: 'reader@x',
      schema: 'my shop',
      socketPath: null,
      ssl: 'required',
    });
    expect(parseUrl('mariadb://u@[::1]/s')).toMatchObject({ host: '::1', port: 3306 });
    expect(parseUrl('mysql://u@localhost/s?socket=/run/mysqld.sock')).toMatchObject({
      socketPath: '/run/mysqld.sock',
    });
  });

  test.each([
    'mysql://u:secret@h/s',
    'mysql://u:@h/s',
    'mysql://h/s',
    'mysql://u@h',
    'mysql://u@h/s?x=1',
    'h/s',
    'mysql://u@h/a/b',
  ])('%s is refused, and no password of it repeated', (url) => {
    expect(() => parseUrl(url)).toThrow(UsageError);
    expect(() => parseUrl(url)).not.toThrow(/secret/);
  });

  test.each([
    ['shop', 'shop'],
    ['My-Shop 2', 'my_shop_2'],
    ['2024_sales', 'db_2024_sales'],
    ['数据', 'db'],
  ])('the schema %s has the key %s', (schema, key) => {
    expect(keyOf(schema)).toBe(key);
  });
});
