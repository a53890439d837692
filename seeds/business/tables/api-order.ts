import { digest, draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds, updatedSeconds } from '../../lib/timeline.ts';
import { createTime, updateTime } from './times.ts';

const APIS = [
  '/v1/weather/daily',
  '/v1/traffic/flow',
  '/v2/ocr/invoice',
  '/v2/translate',
  '/v1/credit/score',
];
const ERRORS = ['余额不足', '请求超时', '参数错误：日期格式不正确', '上游服务不可用⚠️'];

/** Calls of paid interfaces, billed by the call. */
export const apiOrder = (rows: number, users: number, seed: number): SampleTable => ({
  name: 'api_order',
  rows,
  lastRow: 'MAX(id)',
  computed: [{ created: createdSeconds('id', rows, seed) }],
  columns: [
    { name: 'id', type: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
    { name: 'request_id', type: 'CHAR(32) NOT NULL', value: digest(`CONCAT(id, ':${seed}:request')`, 32) },
    { name: 'create_user', type: 'BIGINT UNSIGNED NOT NULL', value: `1 + ${draw('user', users)}` },
    { name: 'api', type: 'VARCHAR(64) NOT NULL', value: pick('api', APIS) },
    { name: 'calls', type: 'INT UNSIGNED NOT NULL', value: `1 + ${draw('calls', 1000)}` },
    { name: 'unit_price', type: 'DECIMAL(10,4) NOT NULL', value: `${draw('price', 20_000)} * 0.0001` },
    {
      name: 'amount',
      type: 'DECIMAL(14,4) NOT NULL',
      value: `${draw('price', 20_000)} * (1 + ${draw('calls', 1000)}) * 0.0001`,
    },
    {
      name: 'status',
      type: "ENUM('pending','settled','failed','refunded') NOT NULL DEFAULT 'pending'",
      value: pick('status', ['settled', 'settled', 'settled', 'pending', 'failed', 'refunded']),
    },
    { name: 'error', type: 'VARCHAR(255) NULL', value: sometimes('error', 12, pick('error', ERRORS)) },
    {
      name: 'response_ms',
      type: 'INT UNSIGNED NULL',
      value: sometimes('response', 95, draw('response', 5000)),
    },
    { name: 'billing_date', type: 'DATE NOT NULL', value: `DATE(${at('created')})` },
    createTime(at('created')),
    updateTime(at(updatedSeconds('created'))),
  ],
  keys: ['PRIMARY KEY (`id`)'],
});
