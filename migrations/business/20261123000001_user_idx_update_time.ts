import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'user',
  name: 'idx_update_time',
  columns: ['update_time'],
  description: 'Extracting changed users: WHERE update_time > ? ORDER BY update_time, id.',
});
