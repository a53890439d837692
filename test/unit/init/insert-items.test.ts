import { describe, expect, test } from 'vitest';
import { insertItems } from '../../../src/discovery/render/insert-items.ts';

const ANCHOR = /defineTables\(\s*\[/;
const insert = (source: string) => insertItems(source, ANCHOR, ['{ new: 1 }', '{ new: 2 }']);

describe('adding items to a literal leaves everything else as it is', () => {
  test.each([
    ['an empty list', 'a(defineTables([]));', 'a(defineTables([\n  { new: 1 },\n  { new: 2 },\n]));'],
    [
      'a comma at the end',
      "defineTables([\n  { t: 'a' },\n]);\n",
      "defineTables([\n  { t: 'a' },\n  { new: 1 },\n  { new: 2 },\n]);\n",
    ],
    [
      'none, on one line',
      "defineTables([{ t: 'a' }]);",
      "defineTables([{ t: 'a' },\n  { new: 1 },\n  { new: 2 },\n]);",
    ],
    [
      'comments and strings with brackets in them',
      "defineTables([\n  // [ {\n  { t: ']' /* ] */ } // last ]\n]); // [",
      "defineTables([\n  // [ {\n  { t: ']' /* ] */ }, // last ]\n  { new: 1 },\n  { new: 2 },\n]); // [",
    ],
  ])('%s', (_title, before, after) => {
    expect(insert(before)).toBe(after);
  });

  test('a list that is made by something else is left to a person', () => {
    expect(insert('export default tables;')).toBeNull();
    expect(insert('defineTables([{ broken: "yes" }')).toBeNull();
  });
});
