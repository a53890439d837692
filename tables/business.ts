import { defineTables } from 'tidemark/define';

/** What is moved from the business database: rows that changed, by the time of their last update. */
export default defineTables([
  { table: 'user', cursor: 'update_time', index: 'idx_update_time' },
  { table: 'dataset', cursor: 'update_time', index: 'idx_update_time' },
  { table: 'order_tab', cursor: 'update_time', index: 'idx_update_time' },
  { table: 'api_order', cursor: 'update_time', index: 'idx_update_time' },
  { table: 'dataset_image', cursor: 'update_time', index: 'idx_update_time' },
]);
