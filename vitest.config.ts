import path from 'node:path';
import { defineConfig } from 'vitest/config';

const source = (file: string) => path.resolve(import.meta.dirname, 'src', file);

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
    // Tests wait for servers more than they compute; one worker per core would leave the cores idle.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
