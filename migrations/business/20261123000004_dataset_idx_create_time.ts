import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'dataset',
  name: 'idx_create_time',
  columns: ['create_time'],
  description: 'Datasets created in a period: WHERE create_time BETWEEN ? AND ?.',
});
