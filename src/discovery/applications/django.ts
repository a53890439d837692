import type { Application } from './application.ts';

/** Django's own tables; a project's models have `auto_now` columns under names of its own, DATETIME(6) in UTC (USE_TZ). */
export const django: Application = {
  name: 'Django',
  signature: ['django_migrations', 'django_content_type'],
  utc: true,
  tables: [
    { name: /^django_migrations$/, leaveOut: 'the bookkeeping of a migration tool' },
    { name: /^(?:django_session|django_cache\w*|cache_table)$/, leaveOut: 'caches and sessions' },
    { name: /^(?:authtoken_token|oauth2_provider_\w+|token_blacklist_\w+)$/, leaveOut: 'secrets: tokens' },
    {
      name: /^(?:django_celery_\w+|celery_\w+|djkombu_\w+|django_q_\w+|background_task)$/,
      leaveOut: 'a queue: its rows come and go',
    },
    { name: /^django_admin_log$/, appendOnly: true },
    { name: /^(?:auth_user|auth_group|auth_permission|django_content_type|django_site)$/, noCursor: true },
  ],
};
