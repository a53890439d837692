import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_visit',
  name: 'idx_visit_last_action_time',
  columns: ['visit_last_action_time'],
  description:
    'Extracting new and continued visits of all sites: WHERE visit_last_action_time > ? ORDER BY visit_last_action_time, idvisit.',
});
