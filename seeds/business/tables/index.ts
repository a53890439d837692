import type { SeedParameters } from '../../lib/parameters.ts';
import { apiOrder } from './api-order.ts';
import { datasetImage } from './dataset-image.ts';
import { dataset } from './dataset.ts';
import { orderTab } from './order-tab.ts';
import { user } from './user.ts';

/** The business tables for so many orders. */
export function businessTables({ rows, seed }: SeedParameters) {
  const users = Math.floor(rows / 20);
  const datasets = Math.floor(rows / 100);
  return {
    user: user(users, seed),
    dataset: dataset(datasets, users, seed),
    orderTab: orderTab(rows, { users, datasets }, seed),
    apiOrder: apiOrder(Math.floor(rows / 4), users, seed),
    datasetImage: datasetImage(Math.floor(rows / 2), datasets, seed),
  };
}
