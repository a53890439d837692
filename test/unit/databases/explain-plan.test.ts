import { describe, expect, test } from 'vitest';
import { parseExplainJson } from '../../../src/databases/explain-plan.ts';

const access = (plan: unknown) => parseExplainJson(JSON.stringify(plan));

describe('EXPLAIN FORMAT=JSON', () => {
  test('MySQL, format version 1', () => {
    const table = { table_name: 'e', access_type: 'range', key: 'idx', rows_examined_per_scan: 833 };
    const plan = { query_block: { select_id: 1, ordering_operation: { using_filesort: false, table } } };
    expect(access(plan)).toMatchObject({
      table: 'e',
      index: 'idx',
      access: 'range',
      rowsEstimated: 833,
      sorts: false,
    });
  });

  test('MySQL, format version 1, sorting a scan', () => {
    const table = { table_name: 'e', access_type: 'ALL', rows_examined_per_scan: 9973 };
    const plan = { query_block: { ordering_operation: { using_filesort: true, table } } };
    expect(access(plan)).toMatchObject({ index: null, access: 'all', sorts: true });
  });

  test('MySQL, format version 2', () => {
    const scan = {
      table_name: 'e',
      index_name: 'idx',
      access_type: 'index',
      index_access_type: 'index_range_scan',
      estimated_rows: 1,
    };
    const plan = { query_plan: { access_type: 'limit', limit: 1000, inputs: [scan] } };
    expect(access(plan)).toMatchObject({ index: 'idx', access: 'range', rowsEstimated: 1, sorts: false });
    const whole = { ...scan, index_access_type: 'index_scan' };
    expect(access({ query_plan: { access_type: 'sort', inputs: [whole] } })).toMatchObject({
      access: 'index',
      sorts: true,
    });
  });

  test('MariaDB', () => {
    const table = { table_name: 'e', access_type: 'range', key: 'idx', rows: 3 };
    expect(access({ query_block: { nested_loop: [{ table }] } })).toMatchObject({
      access: 'range',
      rowsEstimated: 3,
    });
    const sorted = {
      read_sorted_file: { filesort: { sort_key: 'e.t', table: { ...table, access_type: 'ALL' } } },
    };
    expect(access({ query_block: { nested_loop: [sorted] } })).toMatchObject({ access: 'all', sorts: true });
  });

  test('texts as MariaDB writes them, with the escapes of SQL', () => {
    const escaped = String.raw`{"query_block": {"table": {"table_name": "e", "access_type": "ref", "key": "idx",
      "attached_condition": "e.a = 'it\'s' and e.b = 'back\slash \"quoted\"' and e.c = '\u6c49\0'"}}}`;
    expect(() => JSON.parse(escaped) as unknown).toThrow(SyntaxError);
    expect(parseExplainJson(escaped)).toMatchObject({ table: 'e', index: 'idx', access: 'ref' });
  });

  test('nothing to read', () => {
    expect(access({ query_block: { message: 'Impossible WHERE' } })).toBeNull();
  });
});
