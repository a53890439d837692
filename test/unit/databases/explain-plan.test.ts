import { describe, expect, test } from 'vitest';
import { tableAccess } from '../../../src/databases/explain-plan.ts';

const row = { table: 'e', type: 'range', key: 'idx', rows: '833', Extra: 'Using where; Using index' };

describe('a row of EXPLAIN', () => {
  test('a range of an index, whose estimate may be a number or a text', () => {
    const access = { table: 'e', index: 'idx', access: 'range', rowsEstimated: 833, sorts: false };
    expect(tableAccess(row)).toMatchObject(access);
    expect(tableAccess({ ...row, rows: 833, Extra: null })).toMatchObject(access);
  });

  test('a scan that is sorted', () => {
    const scan = { ...row, type: 'ALL', key: null, Extra: 'Using where; Using filesort' };
    expect(tableAccess(scan)).toMatchObject({ index: null, access: 'all', accessType: 'ALL', sorts: true });
  });

  test('a word that is not known', () => {
    expect(tableAccess({ ...row, type: 'index_merge' })).toMatchObject({
      access: 'other',
      accessType: 'index_merge',
    });
  });

  test('nothing to read', () => {
    const nothing = { table: null, type: null, key: null, rows: null, Extra: 'Impossible WHERE' };
    expect(tableAccess(nothing)).toBeNull();
  });
});
