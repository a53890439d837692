import { defineTables } from 'tidemark/define';

/** What is moved from Matomo. Its tracker writes every time in UTC, whatever the server's own zone is. */
export default defineTables([
  {
    table: 'matomo_log_visit',
    // A visit's row keeps changing while the visit is open; this time moves with every change.
    cursor: 'visit_last_action_time',
    index: 'idx_visit_last_action_time',
    timeZone: '+00:00',
  },
  {
    table: 'matomo_log_link_visit_action',
    cursor: 'server_time',
    index: 'idx_server_time',
    timeZone: '+00:00',
  },
  { table: 'matomo_log_conversion', cursor: 'server_time', index: 'idx_server_time', timeZone: '+00:00' },
  // No time column: rows are only ever added, and the auto-increment id says which are new.
  { table: 'matomo_log_action', cursor: 'idaction', index: 'PRIMARY' },
]);
