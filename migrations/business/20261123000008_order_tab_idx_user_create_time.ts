import { defineIndex } from 'tidemark/define';

export default defineIndex({
  table: 'order_tab',
  name: 'idx_user_create_time',
  columns: ['create_user', 'create_time'],
  description: "A user's latest orders: WHERE create_user = ? ORDER BY create_time DESC.",
});
