import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_visit',
  name: 'idx_visitor_time',
  columns: ['idvisitor', 'visit_last_action_time'],
  description:
    "A visitor's visits on all sites, latest first: WHERE idvisitor = ? ORDER BY visit_last_action_time DESC.",
});
