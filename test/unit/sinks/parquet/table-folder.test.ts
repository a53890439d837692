import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderName, tableFolder } from '../../../../src/sinks/parquet/table-folder.ts';

describe('the folder of a name', () => {
  test.each([
    ['order_tab', 'order_tab'],
    ['Order-2.tab', 'Order-2.tab'],
    ['my orders', 'my%20orders'],
    ["it's (so)!~", "it's%20(so)!~"],
    ['漢字', '%E6%BC%A2%E5%AD%97'],
    ['a/b\\c:d', 'a%2Fb%5Cc%3Ad'],
    ['x=1', 'x%3D1'],
    // As it was before, too.
    ['.hidden', '.hidden'],
    ['constant', 'constant'],
    ['com10', 'com10'],
    // Otherwise than before.
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['dots...', 'dots%2E%2E%2E'],
    ['a*b', 'a%2Ab'],
    ['CON', '%43ON'],
    ['nul.txt', '%6Eul.txt'],
    ['Lpt1', '%4Cpt1'],
    ['tab\there\0', 'tab%09here%00'],
    ['trailing ', 'trailing%20'],
  ])('%j is %s', (name, folder) => {
    expect(folderName(name)).toBe(folder);
    expect(decodeURIComponent(folder)).toBe(name);
  });

  test('names that are too long keep their beginning and end with their hash', () => {
    const long = [...['漢', '字', 'é', '🌊'].map((text) => text.repeat(64)), `${'漢'.repeat(63)}字`];
    const folders = long.map(folderName);
    expect(new Set(folders).size).toBe(long.length);
    for (const folder of folders) {
      expect(folder).toMatch(/^(?:%[0-9A-F]{2})+%~[0-9a-f]{32}$/);
      expect(Buffer.byteLength(folder)).toBeLessThanOrEqual(255);
    }
    // The longest that fits is as it was.
    expect(folderName('漢'.repeat(28))).toBe('%E6%BC%A2'.repeat(28));
  });

  test.each(['..', '../..', '/etc', '.', 'a/../..'])('%j stays below the database’s folder', (name) => {
    const folder = tableFolder('/data', { database: 'business', table: name });
    expect(path.dirname(path.normalize(folder))).toBe('/data/business');
  });
});
