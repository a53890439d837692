import path from 'node:path';
import { defineConfig } from 'vitest/config';

const source = (file: string) => path.resolve(import.meta.dirname, 'src', file);

const named = ['MYSQL', 'MARIADB', 'MARIADB_118'].some(
  (server) => (process.env[`TIDEMARK_TEST_${server}_URL`] ?? '') !== '',
);

export default defineConfig({
  // Node 20 cannot parse `await using`, so it is lowered.
  oxc: { target: 'es2022' },
  resolve: {
    alias: [
      { find: /^tidemark$/, replacement: source('index.ts') },
      { find: /^tidemark\/define$/, replacement: source('define.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Each worker has servers of its own (global-setup.ts). Servers that are named by a URL are there once.
    maxWorkers: named ? 1 : 2,
    // No test needs half of it; a machine that does other things as well takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
