import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'api_order',
  name: 'idx_update_time',
  columns: ['update_time'],
  description: 'Extracting changed API orders: WHERE update_time > ? ORDER BY update_time, id.',
});
