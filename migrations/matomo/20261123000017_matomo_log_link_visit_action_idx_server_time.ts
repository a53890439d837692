import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_link_visit_action',
  name: 'idx_server_time',
  columns: ['server_time'],
  description: 'Extracting new actions of all sites: WHERE server_time > ? ORDER BY server_time, idlink_va.',
});
