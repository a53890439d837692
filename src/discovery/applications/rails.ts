import type { Application } from './application.ts';

/** Rails' own tables; what a project's models are stored in follows `t.timestamps`: `updated_at`, a DATETIME(6) in UTC. */
export const rails: Application = {
  name: 'Rails',
  signature: ['ar_internal_metadata', 'schema_migrations'],
  utc: true,
  tables: [
    { name: /^(?:ar_internal_metadata|schema_migrations)$/, leaveOut: 'the bookkeeping of a migration tool' },
    {
      name: /^(?:solid_queue_\w+|delayed_jobs|good_jobs?|good_job_\w+|que_jobs)$/,
      leaveOut: 'a queue: its rows come and go',
    },
    {
      name: /^(?:solid_cache_entries|solid_cable_messages|sessions)$/,
      leaveOut: 'caches, sessions and messages',
    },
    { name: /^(?:oauth_access_tokens|oauth_access_grants)$/, leaveOut: 'secrets: tokens' },
    {
      name: /^active_storage_(?:blobs|attachments|variant_records)$/,
      appendOnly: true,
      because: 'written once',
    },
    { name: /^(?:versions|audits)$/, appendOnly: true, because: 'written once, by PaperTrail or Audited' },
  ],
};
