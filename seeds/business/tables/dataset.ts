import { draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds, updatedSeconds } from '../../lib/timeline.ts';
import { createTime, updateTime } from './times.ts';

const REGIONS = ['全国', '华东', '华南', '西北', '北京市', '上海市', '长三角', '粤港澳大湾区'];
const SUBJECTS = [
  '气象观测',
  '交通流量',
  '医疗影像',
  '遥感卫星',
  '电商评论',
  '语音识别',
  '潮汐水位🌊',
  '企业信用',
];
const DESCRIPTIONS = [
  '数据经过脱敏与人工校验，每月更新一次。',
  '含原始文件与标注结果，适用于模型训练与评测📊。',
  '由多家机构联合采集，字段说明见附件。',
  '历史数据完整，支持按地区与日期筛选。',
];

/** What is sold. */
export const dataset = (rows: number, users: number, seed: number): SampleTable => ({
  name: 'dataset',
  rows,
  lastRow: 'MAX(id)',
  computed: [{ created: createdSeconds('id', rows, seed) }],
  columns: [
    { name: 'id', type: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
    { name: 'create_user', type: 'BIGINT UNSIGNED NOT NULL', value: `1 + ${draw('owner', users)}` },
    {
      name: 'title',
      type: 'VARCHAR(200) NOT NULL',
      value: `CONCAT(${pick('region', REGIONS)}, ${pick('subject', SUBJECTS)}, '数据集 ', id)`,
    },
    {
      name: 'description',
      type: 'TEXT NULL',
      value: sometimes('description', 80, pick('description', DESCRIPTIONS)),
    },
    {
      name: 'category',
      type: "ENUM('image','text','audio','video','table') NOT NULL",
      value: pick('category', ['image', 'text', 'audio', 'video', 'table']),
    },
    { name: 'price', type: 'DECIMAL(10,2) NOT NULL', value: `${draw('price', 1_000_000)} * 0.01` },
    {
      name: 'status',
      type: "TINYINT NOT NULL DEFAULT 0 COMMENT '0 draft, 1 in review, 2 on sale, 3 withdrawn'",
      value: draw('status', 4),
    },
    // In the form to which MySQL normalises JSON (keys by length, one space), since MariaDB keeps the text as it came.
    {
      name: 'attributes',
      type: 'JSON NULL',
      value: sometimes(
        'attributes',
        75,
        `CONCAT('{"rows": ', ${draw('records', 1e7)}, ', "format": "', ${pick('format', ['csv', 'json', 'parquet'])},
          '", "license": "', ${pick('license', ['CC-BY-4.0', '商业授权', 'CC0'])}, '"}')`,
      ),
    },
    { name: 'size_bytes', type: 'BIGINT UNSIGNED NOT NULL', value: `${draw('size', 500_000_000)} * 1000` },
    {
      name: 'score',
      type: 'DECIMAL(3,1) NULL',
      value: sometimes('score', 60, `${draw('score', 101)} * 0.1`),
    },
    {
      name: 'publish_time',
      type: 'DATETIME NULL',
      value: sometimes('publish', 65, at(`created + ${draw('publish', 7 * 86_400)}`)),
    },
    createTime(at('created')),
    updateTime(at(updatedSeconds('created'))),
  ],
  keys: ['PRIMARY KEY (`id`)'],
});
