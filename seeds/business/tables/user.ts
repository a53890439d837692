import { draw, pick, sometimes } from '../../lib/expressions.ts';
import type { SampleTable } from '../../lib/sample-table.ts';
import { at, createdSeconds, updatedSeconds } from '../../lib/timeline.ts';
import { createTime, updateTime } from './times.ts';

const SURNAMES = ['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '欧阳', '𠮷田'];
const GIVEN_NAMES = ['伟', '秀英', '娜', '敏', '静', '磊', '洋', '艳', '志强', '晓明🌊'];

const username = `CONCAT('user', LPAD(id, 9, '0'))`;

/** People who buy and publish. */
export const user = (rows: number, seed: number): SampleTable => ({
  name: 'user',
  rows,
  lastRow: 'MAX(id)',
  computed: [{ created: createdSeconds('id', rows, seed) }],
  columns: [
    { name: 'id', type: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT', value: 'id' },
    { name: 'username', type: 'VARCHAR(64) NOT NULL', value: username },
    {
      name: 'nickname',
      type: 'VARCHAR(64) NULL',
      value: sometimes('nickname', 85, `CONCAT(${pick('surname', SURNAMES)}, ${pick('given', GIVEN_NAMES)})`),
    },
    {
      name: 'email',
      type: 'VARCHAR(128) NULL',
      value: sometimes('email', 90, `CONCAT(${username}, '@example.com')`),
    },
    {
      name: 'phone',
      type: 'VARCHAR(20) NULL',
      value: sometimes(
        'phone',
        70,
        `CONCAT('1', 3 + ${draw('carrier', 7)}, LPAD(${draw('phone', 1e9)}, 9, '0'))`,
      ),
    },
    {
      name: 'status',
      type: "TINYINT NOT NULL DEFAULT 1 COMMENT '0 new, 1 active, 2 locked, 3 closed'",
      value: draw('status', 4),
    },
    {
      name: 'balance',
      type: 'DECIMAL(12,2) NOT NULL DEFAULT 0.00',
      value: `${draw('balance', 5_000_000)} * 0.01`,
    },
    {
      name: 'last_login_time',
      type: 'DATETIME NULL',
      value: sometimes('login', 80, at(`created + ${draw('login', 3600)}`)),
    },
    createTime(at('created')),
    updateTime(at(updatedSeconds('created'))),
  ],
  keys: ['PRIMARY KEY (`id`)', 'UNIQUE KEY `uk_username` (`username`)'],
});
