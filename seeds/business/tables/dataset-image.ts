import { digest, draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds, updatedSeconds } from '../../lib/timeline.ts';
import { createTime, updateTime } from './times.ts';

const CAPTIONS = ['封面图', '样例数据截图', '字段分布图', '采集现场照片📷', '标注示例'];

/** Pictures of a dataset: about fifty each, stored one dataset after another. */
export const datasetImage = (rows: number, datasets: number, seed: number): SampleTable => {
  const perDataset = Math.ceil(rows / datasets);
  const datasetId = `1 + (id - 1) DIV ${perDataset}`;
  return {
    name: 'dataset_image',
    rows,
    lastRow: 'MAX(id)',
    computed: [{ created: createdSeconds('id', rows, seed) }],
    columns: [
      { name: 'id', type: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
      { name: 'dataset_id', type: 'BIGINT UNSIGNED NOT NULL', value: datasetId },
      {
        name: 'url',
        type: 'VARCHAR(512) NOT NULL',
        value: `CONCAT('https://img.example.com/dataset/', ${datasetId}, '/', LOWER(HEX(h)), '.', ${pick('format', ['jpg', 'png', 'webp'])})`,
      },
      {
        name: 'caption',
        type: 'VARCHAR(200) NULL',
        value: sometimes('caption', 30, pick('caption', CAPTIONS)),
      },
      { name: 'sort', type: 'INT NOT NULL DEFAULT 0', value: `(id - 1) % ${perDataset}` },
      {
        name: 'width',
        type: 'SMALLINT UNSIGNED NULL',
        value: sometimes('measured', 95, `320 + ${draw('width', 3520)}`),
      },
      {
        name: 'height',
        type: 'SMALLINT UNSIGNED NULL',
        value: sometimes('measured', 95, `240 + ${draw('height', 1920)}`),
      },
      { name: 'size_bytes', type: 'INT UNSIGNED NOT NULL', value: `10000 + ${draw('size', 8_000_000)}` },
      {
        name: 'checksum',
        type: "BINARY(16) NOT NULL COMMENT 'first half of the SHA-256 of the file'",
        value: `UNHEX(${digest(`CONCAT(id, ':${seed}:file')`, 32)})`,
      },
      { name: 'is_cover', type: 'TINYINT(1) NOT NULL DEFAULT 0', value: `(id - 1) % ${perDataset} = 0` },
      createTime(at('created')),
      updateTime(at(updatedSeconds('created'))),
    ],
    keys: ['PRIMARY KEY (`id`)'],
  };
};
