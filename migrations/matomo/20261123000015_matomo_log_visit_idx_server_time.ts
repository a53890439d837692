import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'matomo_log_visit',
  name: 'idx_server_time',
  columns: ['visit_first_action_time'],
  description:
    "Visits of all sites that began in a period. No Matomo release has server_time on log_visit; this is the server's time of the first action.",
});
