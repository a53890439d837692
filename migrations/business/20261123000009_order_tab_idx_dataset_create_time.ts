import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'order_tab',
  name: 'idx_dataset_create_time',
  columns: ['dataset_id', 'create_time'],
  description: "A dataset's orders in a period: WHERE dataset_id = ? AND create_time BETWEEN ? AND ?.",
});
