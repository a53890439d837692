/**
 * `npm test`: gets the database servers' programs, builds the package (the command-line tests start the built binary)
 * and runs vitest with the arguments given. Ends with vitest's exit code, or with 1 if anything that was printed shows a
 * password.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { SECRETS_FILE_VARIABLE, linesWithSecrets } from './support/secrets.ts';
import { prepareSoftware } from './support/servers/software.ts';

const project = path.resolve(import.meta.dirname, '..');
const software = await prepareSoftware({
  projectDirectory: project,
  environment: process.env,
  report: (line) => console.log(line),
});
console.log(
  `Testing with ${Object.values(software)
    .map(({ label }) => label)
    .join(', ')}`,
);

const common = { cwd: project, preferLocal: true, localDir: project, reject: false } as const;

console.log('Building the package');
const build = await execa('npm', ['run', '--silent', 'build'], { ...common, stdio: 'inherit' });
if (build.failed) {
  console.error('The build failed, so no test was run.');
  process.exitCode = build.exitCode ?? 1;
} else {
  process.exitCode = await runTests(process.argv.slice(2));
}

async function runTests(args: readonly string[]): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-run-'));
  try {
    const secrets = path.join(directory, 'secrets');
    const tests = await execa('vitest', ['run', ...args], {
      ...common,
      stdin: 'inherit',
      // Printed as it comes, and kept to be searched.
      stdout: ['inherit', 'pipe'],
      stderr: ['inherit', 'pipe'],
      all: true,
      env: {
        [SECRETS_FILE_VARIABLE]: secrets,
        ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
      },
    });
    const telling = await linesWithSecrets(secrets, tests.all);
    for (const line of telling) console.error(`A password was printed: ${line}`);
    return telling.length > 0 ? 1 : (tests.exitCode ?? 1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
