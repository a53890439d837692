import type { SampleColumn } from '../../lib/sample-table.ts';

/** Both times of every business table. Inserts state them, since ON UPDATE does not fire on an insert. */
export const createTime = (value: string): SampleColumn => ({
  name: 'create_time',
  type: 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP',
  value,
});

export const updateTime = (value: string): SampleColumn => ({
  name: 'update_time',
  type: 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
  value,
});
