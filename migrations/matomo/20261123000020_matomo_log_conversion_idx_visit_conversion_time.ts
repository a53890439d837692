import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_conversion',
  name: 'idx_visit_conversion_time',
  columns: ['idvisit', 'server_time'],
  description: 'The conversions of a visit in order: WHERE idvisit = ? ORDER BY server_time.',
});
