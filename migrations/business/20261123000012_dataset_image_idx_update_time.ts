import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'dataset_image',
  name: 'idx_update_time',
  columns: ['update_time'],
  description: 'Extracting changed images: WHERE update_time > ? ORDER BY update_time, id.',
});
