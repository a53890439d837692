#!/usr/bin/env node
/**
 * Runs a command of `node_modules/.bin` after making sure that the dependencies are installed, so that `npm start`
 * and `npm test` work on a fresh clone. Plain Node without a dependency: it runs before there is one.
 */
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';

/** The least Node version, such as `[20, 19]`, as package.json states it. */
function requiredNode() {
  const { engines } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'));
  const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node) ?? [];
  return [Number(major), Number(minor)];
}

function checkNode() {
  const [major, minor] = requiredNode();
  const [runningMajor, runningMinor] = process.versions.node.split('.').map(Number);
  if (runningMajor > major || (runningMajor === major && runningMinor >= minor)) return;
  console.error(
    `tidemark needs Node.js ${major}.${minor} or later; this is ${process.version} (${process.execPath}).`,
  );
  console.error('Install a current release from https://nodejs.org, or switch with nvm, fnm or volta.');
  process.exit(2);
}

function modifiedAt(file) {
  return statSync(path.join(project, file), { throwIfNoEntry: false })?.mtimeMs;
}

/** Why `npm ci` has to run, or undefined. npm writes node_modules/.package-lock.json last, so it marks a whole install. */
function whyInstall() {
  const installed = modifiedAt('node_modules/.package-lock.json');
  if (installed === undefined) return 'node_modules is missing or incomplete';
  const wanted = modifiedAt('package-lock.json');
  if (wanted !== undefined && wanted > installed) return 'package-lock.json is newer than node_modules';
  return undefined;
}

function ignore() {}

/** Runs a child to its end with this process's terminal; resolves to its exit code, 128 + n after signal n. */
function run(command, args, options = {}) {
  return new Promise((resolve) => {
    // A terminal's Ctrl-C reaches the child by itself; a supervisor's signal reaches this process only. It is listened for
    // before the child begins: a signal in between would end this process and leave the child behind.
    const passOn = (signal) => child.kill(signal);
    const interrupt = process.stdin.isTTY ? ignore : passOn;
    process.on('SIGINT', interrupt).on('SIGTERM', passOn).on('SIGHUP', passOn);
    const child = spawn(command, args, { stdio: 'inherit', cwd: project, ...options });
    const end = (code) => {
      process.off('SIGINT', interrupt).off('SIGTERM', passOn).off('SIGHUP', passOn);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      end(127);
    });
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]));
  });
}

checkNode();

const reason = whyInstall();
if (reason !== undefined) {
  // On stderr: the standard output belongs to the command, which may print JSON.
  console.error(`Installing dependencies (${reason}): npm ci`);
  const code = await run('npm', ['ci', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (code !== 0) {
    console.error(
      'npm ci failed, see above. Check the network and the npm registry settings, then try again.',
    );
    process.exit(code);
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node scripts/with-dependencies.mjs COMMAND [ARGUMENT…]');
  process.exit(2);
}
const binary = path.join(project, 'node_modules', '.bin', windows ? `${command}.cmd` : command);
process.exitCode = await run(binary, args, { shell: windows });
