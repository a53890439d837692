import type { Application } from './application.ts';

/**
 * Matomo 5, core plugins, any table prefix. From `core/Db/Schema/Mysql.php` and `plugins/…/Columns`: of the log tables
 * only log_link_visit_action, log_conversion and log_conversion_item have `server_time`.
 */
export const matomo: Application = {
  name: 'Matomo',
  signature: ['log_link_visit_action', 'log_visit', 'log_action'],
  utc: true,
  tables: [
    {
      name: /^log_visit$/,
      cursor: 'visit_last_action_time',
      because: "a visit's row keeps changing while the visit is open, and this time moves with every change",
    },
    {
      name: /^log_(?:link_visit_action|conversion|conversion_item)$/,
      cursor: 'server_time',
      because: 'the time of the server when the action came in',
    },
    { name: /^log_action$/, appendOnly: true, because: 'names and URLs are added and never changed' },
    {
      name: /^archive_(?:numeric|blob)(?:_\d{4}_\d{2})?$/,
      leaveOut: 'reports that Matomo computes from its logs',
    },
    { name: /^archive_invalidations$/, leaveOut: 'a queue: reports that Matomo is to compute again' },
    { name: /^(?:session|locks|sequence|tracking_failure)$/, leaveOut: 'the state of running requests' },
    {
      name: /^(?:user_token_auth|twofactor_recovery_code)$/,
      leaveOut: 'secrets: tokens and codes to log in with',
    },
    {
      name: /^(?:brute_force_log|log_profiling|logger_message|changes)$/,
      leaveOut: "of Matomo's own operation",
    },
    {
      name: /^(?:user|segment|site|report|goal|option|access|plugin_setting|site_setting|site_url|user_dashboard|user_language|custom_dimensions|privacy_logdata_anonymizations|report_subscriptions|tagmanager_\w+)$/,
      noCursor: true,
    },
  ],
};
