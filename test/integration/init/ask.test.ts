import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/main.ts';
import { type TestSchema, createSchema, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A person at a terminal: types each answer once its question is there. */
async function runWithPerson(
  directory: string,
  args: readonly string[],
  answers: readonly (readonly [question: string, keys: string])[],
): Promise<{ readonly exitCode: number; readonly seen: string; readonly stdout: string }> {
  const keyboard = new PassThrough();
  const screen = new PassThrough();
  const stdout = new PassThrough();
  let seen = '';
  let printed = '';
  screen.setEncoding('utf8').on('data', (text: string) => (seen += text));
  stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = main(args, {
    keyboard,
    stdout,
    stderr: screen,
    environment: {},
    workingDirectory: directory,
    interactive: true,
    color: { stdout: false, stderr: false },
    width: 100,
    signal: new AbortController().signal,
  });
  for (const [question, keys] of answers) {
    while (!seen.includes(question)) {
      if ((await Promise.race([ended, sleep(20, 'waiting')])) !== 'waiting')
        throw new Error(`not asked:\n${seen}`);
    }
    for (const key of keys) keyboard.write(key);
  }
  return { exitCode: await ended, seen, stdout: printed };
}

const questions = ({ settings, name }: TestSchema, consent: string) =>
  [
    ['Which database?', `mysql://${settings.user}@${settings.host}:${settings.port}/${name}\r`],
    ['Password of', `${settings.password}\r`],
    ['Write these files', consent],
  ] as const;

describe.each(servers)('init asks a person on $label', (server) => {
  test('for the URL, the password and consent, and shows the password nowhere', async () => {
    await using schema = await createSchema(server);
    await using folder = await temporaryDirectory();
    await schema.connection.query('CREATE TABLE orders (id INT PRIMARY KEY, updated_at DATETIME NOT NULL)');
    const there = (file: string) =>
      stat(path.join(folder.path, file)).then(
        () => true,
        () => false,
      );

    const refused = await runWithPerson(folder.path, ['init'], questions(schema, 'n'));
    expect(refused).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('nothing was written') as string,
    });
    expect(await there('.env')).toBe(false);
    // Control-C, as a terminal sends it.
    const left = await runWithPerson(folder.path, ['init'], [['Which database?', '\u0003']]);
    expect(left.exitCode).toBe(130);

    const made = await runWithPerson(folder.path, ['init'], questions(schema, 'y'));
    expect(made.exitCode, made.seen).toBe(0);
    expect(made.seen).toContain('orders  ');
    expect(made.stdout).toContain('Next: npx tidemark migrate up');
    expect(made.seen + made.stdout).not.toContain(schema.settings.password);
    expect(await readFile(path.join(folder.path, '.env'), 'utf8')).toContain('_DB_PASSWORD=');
    expect(await there('tables')).toBe(true);
  });
});
