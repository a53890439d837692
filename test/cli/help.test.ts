import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The commands that a help text lists: `tidemark migrate up  Build …`. */
function listedCommands(help: string, parent: readonly string[]): readonly string[] {
  const section = /^Commands:\n(?<lines>[\s\S]+?)\n\n/m.exec(help)?.groups?.['lines'] ?? '';
  const prefix = ['tidemark', ...parent].join(' ');
  return [...section.matchAll(new RegExp(`^  ${prefix} (?<name>[a-z-]+)`, 'gm'))].map(
    (match) => match.groups?.['name'] ?? '',
  );
}

test('every command has a description, an example and its options in its help, outside a project too', async () => {
  await using folder = await temporaryDirectory();
  const at = { directory: folder.path };
  const top = await runCli(['--help'], at);
  expect(top.exitCode).toBe(0);
  const groups = listedCommands(top.stdout, []);
  expect(groups).toEqual(
    expect.arrayContaining(['migrate', 'extract-load', 'watermarks', 'verify', 'pool', 'doctor', 'dev']),
  );
  const leaves: (readonly string[])[] = [];
  for (const group of groups) {
    const { stdout } = await runCli([group, '--help'], at);
    const names = listedCommands(stdout, [group]);
    leaves.push(...(names.length === 0 ? [[group]] : names.map((name) => [group, name])));
  }
  expect(leaves.map((words) => words.join(' '))).toEqual(
    expect.arrayContaining(['migrate up', 'migrate create', 'watermarks reset', 'dev start', 'verify']),
  );
  for (const words of leaves) {
    const help = await runCli([...words, '--help'], at);
    expect(help, words.join(' ')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout, words.join(' ')).toContain('Examples:');
    expect(help.stdout, words.join(' ')).toContain(`tidemark ${words.join(' ')}`);
    expect(help.stdout, words.join(' ')).toContain('--json');
  }
}, 120_000);

test('the help of extract-load leads with its own options, in groups, and ends with those of every command', async () => {
  const { stdout } = await runCli(['extract-load', '--help']);
  const headings = [...stdout.matchAll(/^(?<heading>[A-Z][a-z ]+):$/gm)].map(
    (match) => match.groups?.['heading'],
  );
  expect(headings).toEqual([
    'What',
    'How far',
    'How gently',
    'Where to',
    'Every command',
    'Log and metrics',
    'Examples',
  ]);
});

test('the own options of extract-load fit on one screen, and say nothing of types', async () => {
  const { stdout } = await runCli(['extract-load', '--help']);
  const own = stdout.slice(stdout.indexOf('What:'), stdout.indexOf('Every command:'));
  expect(own.split('\n').length).toBeLessThanOrEqual(50);
  expect(stdout).not.toMatch(/\[(string|boolean|array)\]|\[default: false\]/);
  expect(stdout).toContain('[default: 4]');
  expect(stdout).toContain('[choices: "mark", "remove"]');
});

test('options without a group come before those of every command', async () => {
  const { stdout } = await runCli(['verify', '--help']);
  const at = (text: string) => stdout.indexOf(text);
  expect(at('--benchmark')).toBeGreaterThan(0);
  expect(at('--benchmark')).toBeLessThan(at('--json '));
  expect(at('--json ')).toBeLessThan(at('--log-level'));
});

test('--version prints the version of the package', async () => {
  const result = await runCli(['--version']);
  expect(result).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});
