/**
 * `npm test`: gets both database servers' programs, builds the package (the command-line tests start the built binary)
 * and runs vitest with the arguments given. Ends with vitest's exit code.
 */
import path from 'node:path';
import { execa } from 'execa';
import { prepareSoftware } from './support/servers/software.ts';

const project = path.resolve(import.meta.dirname, '..');
const { mysql, mariadb } = await prepareSoftware({
  projectDirectory: project,
  environment: process.env,
  report: (line) => console.log(line),
});
console.log(`Testing with ${mysql.label} and ${mariadb.label}`);

const run = async (command: string, args: readonly string[]) =>
  execa(command, args, {
    cwd: project,
    stdio: 'inherit',
    preferLocal: true,
    localDir: project,
    reject: false,
  });

console.log('Building the package');
const build = await run('npm', ['run', '--silent', 'build']);
if (build.failed) {
  console.error('The build failed, so no test was run.');
  process.exitCode = build.exitCode ?? 1;
} else {
  const tests = await run('vitest', ['run', ...process.argv.slice(2)]);
  process.exitCode = tests.exitCode ?? 1;
}
