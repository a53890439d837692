#!/usr/bin/env -S node --
// The dashes: without them Node 20 takes --env-file for itself, wherever it stands (nodejs/node#54232).
import { isatty } from 'node:tty';
import { enableCompileCache } from './compile-cache.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second signal means now: the next run reconciles what this one leaves.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}

// A project's TypeScript runs as JavaScript; a stack trace names its lines all the same.
process.setSourceMapsEnabled(true);

// A reader that has seen enough (`tidemark … | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// `stream.isTTY` is undefined, not false, where there is no terminal.
const mayColor = ({ fd }: NodeJS.WriteStream & { readonly fd: number }) =>
  isatty(fd) && (process.env['NO_COLOR'] ?? '') === '';

// Imported after the cache is there, so that everything else is kept in it.
enableCompileCache();
const { main } = await import('./main.ts');

process.exitCode = await main(process.argv.slice(2), {
  // Not made before somebody is asked something: making the stream takes time.
  get keyboard() {
    return isatty(0) ? process.stdin : null;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  interactive: isatty(process.stderr.fd) && (process.env['CI'] ?? '') === '',
  color: { stdout: mayColor(process.stdout), stderr: mayColor(process.stderr) },
  width: process.stdout.columns ?? 80,
  signal: interruption.signal,
});
