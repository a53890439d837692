import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'order_tab',
  name: 'idx_update_time',
  columns: ['update_time'],
  description: 'Extracting changed orders: WHERE update_time > ? ORDER BY update_time, id.',
});
