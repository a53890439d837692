import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_link_visit_action',
  name: 'idx_visit_time',
  columns: ['idvisit', 'server_time'],
  description: 'The actions of a visit in order: WHERE idvisit = ? ORDER BY server_time.',
});
