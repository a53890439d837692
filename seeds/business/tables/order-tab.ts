import { draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds, updatedSeconds } from '../../lib/timeline.ts';
import { createTime, updateTime } from './times.ts';

const REMARKS = [
  '尽快开通',
  '需要发票',
  '企业采购',
  '续费',
  '测试订单🧪',
  '联系客服后发货',
  '退款后重新下单',
  '合同已签',
];

/** Orders, the largest table: 12 columns, about 120 bytes a row as text. */
export const orderTab = (
  rows: number,
  refers: { readonly users: number; readonly datasets: number },
  seed: number,
): SampleTable => ({
  name: 'order_tab',
  rows,
  lastRow: 'MAX(id)',
  computed: [{ created: createdSeconds('id', rows, seed) }],
  columns: [
    { name: 'id', type: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
    {
      name: 'order_no',
      type: 'VARCHAR(32) NOT NULL',
      value: `CONCAT('DS', LPAD(id, 10, '0'), LPAD(${draw('order_no', 1e6)}, 6, '0'))`,
    },
    { name: 'create_user', type: 'BIGINT UNSIGNED NOT NULL', value: `1 + ${draw('user', refers.users)}` },
    {
      name: 'dataset_id',
      type: 'BIGINT UNSIGNED NOT NULL',
      value: `1 + ${draw('dataset', refers.datasets)}`,
    },
    { name: 'quantity', type: 'INT UNSIGNED NOT NULL DEFAULT 1', value: `1 + ${draw('quantity', 5)}` },
    { name: 'amount', type: 'DECIMAL(12,2) NOT NULL', value: `${draw('amount', 1_000_000)} * 0.01` },
    {
      name: 'status',
      type: "TINYINT NOT NULL DEFAULT 0 COMMENT '0 unpaid, 1 paid, 2 delivered, 3 cancelled, 4 refunded'",
      value: draw('status', 5),
    },
    {
      name: 'pay_channel',
      type: 'VARCHAR(16) NULL',
      value: sometimes('channel', 75, pick('channel', ['alipay', 'wechat', 'unionpay', 'balance'])),
    },
    {
      name: 'pay_time',
      type: 'DATETIME NULL',
      value: sometimes('pay', 70, at(`created + ${draw('pay', 1800)}`)),
    },
    { name: 'remark', type: 'VARCHAR(255) NULL', value: sometimes('remark', 40, pick('remark', REMARKS)) },
    createTime(at('created')),
    updateTime(at(updatedSeconds('created'))),
  ],
  keys: ['PRIMARY KEY (`id`)'],
});
