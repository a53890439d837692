import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'dataset',
  name: 'idx_status_update_time',
  columns: ['status', 'update_time'],
  description: 'Datasets of one status that changed lately: WHERE status = ? AND update_time > ?.',
});
