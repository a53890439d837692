import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'user',
  name: 'idx_id_update_time',
  columns: ['id', 'update_time'],
  description:
    'Checking by id whether users changed, from the index alone: SELECT id, update_time WHERE id IN (…).',
});
