import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'order_tab',
  name: 'idx_create_time',
  columns: ['create_time'],
  description: 'Orders placed in a period: WHERE create_time BETWEEN ? AND ?.',
});
