import { hash, pick } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';

const TITLES = ['首页', '数据集列表', '数据集详情', '价格', '帮助中心', '关于我们🌊', 'Checkout'];

/** Actions come in pairs: an odd number is a page's name (type 4), the next its URL (type 1). */
const page = (number: string, rows: number, seed: number): string =>
  `${hash(`${number}, ':page'`, seed)} % ${Math.floor(rows / 2)}`;

/** `idaction` of the page name that action `number` of a visit shows; 32 bits of hash choose among `rows` actions. */
export const pageName = (number: string, rows: number, seed: number): string =>
  `1 + 2 * (${page(number, rows, seed)})`;

export const pageUrl = (number: string, rows: number, seed: number): string =>
  `2 + 2 * (${page(number, rows, seed)})`;

const label = `IF(id % 2 = 1, CONCAT(${pick('title', TITLES)}, ' ', (id + 1) DIV 2), CONCAT('example.org/数据/', id DIV 2))`;

/** Distinct page names and URLs. */
export const logAction = (prefix: string, rows: number): SampleTable => ({
  name: `${prefix}log_action`,
  rows,
  lastRow: 'MAX(idaction)',
  computed: [{ label }],
  columns: [
    { name: 'idaction', type: 'INT(10) UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
    { name: 'name', type: 'VARCHAR(4096) NULL', value: 'label' },
    { name: 'hash', type: 'INT(10) UNSIGNED NOT NULL', value: 'CRC32(label)' },
    { name: 'type', type: 'TINYINT(3) UNSIGNED NULL', value: 'IF(id % 2 = 1, 4, 1)' },
    { name: 'url_prefix', type: 'TINYINT(2) NULL', value: 'IF(id % 2 = 1, NULL, 2)' },
  ],
  keys: ['PRIMARY KEY (`idaction`)', 'KEY `index_type_hash` (`type`, `hash`)'],
});
