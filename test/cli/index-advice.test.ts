import path from 'node:path';
import { appendFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const USERS = ['--db', 'business', '--table', 'user'] as const;

describe.concurrent.each(servers)(
  'extract-load without its index on $label',
  { timeout: 120_000 },
  (server) => {
    test.each([[[]], [['--dry-run']]])(
      'names the command that helps, whatever became of the migration (%s)',
      async (flags) => {
        await using sample = await createSampleProject(server, { rows: 1000 });
        const { cli, schemas } = sample;
        const refusal = async () => {
          const { exitCode, stderr } = await runCli(['extract-load', ...USERS, ...flags], cli);
          expect(exitCode, stderr).toBe(4);
          expect(stderr).toContain('--allow-scan reads the table without it');
          return stderr;
        };

        const pending = await refusal();
        expect(pending).toContain(
          'migration 20261123000001_user_idx_update_time builds the index: npm run migrate:up -- --db=business',
        );
        expect(pending).not.toContain('migrate:create');

        expect((await runCli(['migrate', 'up', '--db', 'business'], cli)).exitCode).toBe(0);
        await schemas.business.connection.query('ALTER TABLE user DROP INDEX idx_update_time');
        expect(await refusal()).toContain(
          'has built the index: npm run verify -- --db=business --plans shows what became of it',
        );

        const file = path.join(cli.directory, 'migrations/business/20261123000001_user_idx_update_time.ts');
        await appendFile(file, 'this is no TypeScript');
        expect(await refusal()).toContain(
          'npm run migrate:create -- --db=business --table=user --index=idx_update_time --columns=update_time, then npm run migrate:up',
        );
      },
    );
  },
);
