import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_conversion',
  name: 'idx_server_time',
  columns: ['server_time'],
  description:
    'Extracting new conversions of all sites: WHERE server_time > ? ORDER BY server_time, idvisit, idgoal, buster.',
});
