import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'api_order',
  name: 'idx_create_time',
  columns: ['create_time'],
  description: 'API orders placed in a period: WHERE create_time BETWEEN ? AND ?.',
});
