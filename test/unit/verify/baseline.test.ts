import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/errors.ts';
import { readBaseline, writeBaseline } from '../../../src/verify/baseline.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { indexDefinition } from '../../support/verifications.ts';

test('a baseline is read back as it was written, by table and name; without a file it is empty', async () => {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'migrations', 'baseline.json');
  const [first, second] = [indexDefinition({ table: 'a' }), indexDefinition({ table: 'b', unique: true })];

  expect(await readBaseline(file)).toEqual([]);
  await writeBaseline(file, [second, first]);
  expect(await readBaseline(file)).toEqual([first, second]);
});

test.each(['', '[]', '{"indexes": [{"table": "a"}]}', '{"indexes": [], "more": 1}'])(
  'a file that is no baseline is named: %j',
  async (text) => {
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'baseline.json');
    await writeFile(file, text);
    await expect(readBaseline(file)).rejects.toThrow(ConfigurationError);
    await expect(readBaseline(file)).rejects.toThrow('baseline.json is not a baseline');
  },
);
