import type { Application } from './application.ts';

/** Laravel's own tables; what a project's models are stored in follows `timestamps()`: `updated_at`, a TIMESTAMP. */
export const laravel: Application = {
  name: 'Laravel',
  signature: ['migrations', 'users', 'password_reset_tokens'],
  utc: false,
  tables: [
    { name: /^migrations$/, leaveOut: 'the bookkeeping of a migration tool' },
    { name: /^(?:jobs|job_batches|failed_jobs)$/, leaveOut: 'a queue: its rows come and go' },
    {
      name: /^(?:cache|cache_locks|sessions|telescope_\w+|pulse_\w+)$/,
      leaveOut: 'caches, sessions and what watches the application',
    },
    {
      name: /^(?:password_reset_tokens|password_resets|personal_access_tokens|oauth_\w+)$/,
      leaveOut: 'secrets: tokens',
    },
  ],
};
