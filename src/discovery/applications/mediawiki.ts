import type { Application } from './application.ts';

/**
 * MediaWiki. From `sql/mysql/tables-generated.sql`: its times are BINARY(14), which no range of times is read by; what is
 * written once has a growing id.
 */
export const mediawiki: Application = {
  name: 'MediaWiki',
  signature: ['recentchanges', 'revision', 'page', 'user_groups', 'pagelinks'],
  utc: true,
  tables: [
    {
      name: /^(?:revision|content|text|comment|actor|slot_roles|content_models|change_tag|logging)$/,
      appendOnly: true,
      because: 'written once, with a growing id',
    },
    { name: /^recentchanges$/, leaveOut: 'a copy of the last weeks of revision and logging' },
    {
      name: /^(?:objectcache|l10n_cache|querycache\w*|module_deps|searchindex|site_stats)$/,
      leaveOut: 'computed from other tables',
    },
    {
      name: /^(?:job|uploadstash|updatelog|user_newtalk|watchlist_expiry)$/,
      leaveOut: 'a queue, or the state of running requests',
    },
    {
      name: /^(?:bot_passwords|user_autocreate_serial|oauth_\w+)$/,
      leaveOut: 'secrets, or counters for them',
    },
  ],
};
