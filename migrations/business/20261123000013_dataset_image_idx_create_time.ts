import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'dataset_image',
  name: 'idx_create_time',
  columns: ['create_time'],
  description: 'Images uploaded in a period: WHERE create_time BETWEEN ? AND ?.',
});
