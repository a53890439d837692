import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/errors.ts';
import { type IndexOptions, defineIndex } from '../../../src/migrations/define-index.ts';

test('gives plain data with every default filled in', () => {
  const declared = defineIndex({
    table: 't',
    name: 'i',
    columns: ['a', { column: 'b', length: 10, order: 'desc' }],
  });
  expect(declared).toEqual({
    kind: 'index-migration',
    definition: {
      table: 't',
      name: 'i',
      parts: [
        { kind: 'column', name: 'a', length: null, descending: false },
        { kind: 'column', name: 'b', length: 10, descending: true },
      ],
      unique: false,
      type: 'BTREE',
      visible: true,
      comment: '',
    },
    online: true,
    strategy: null,
    description: '',
  });
  expect(JSON.parse(JSON.stringify(declared))).toEqual(declared);
});

describe('refuses', () => {
  const good = { table: 't', name: 'i', columns: ['a'] };
  test.each([
    ['no table', { ...good, table: '' }, /table: a name is missing/],
    ['a name that is too long', { ...good, name: 'x'.repeat(65) }, /longer than 64/],
    ['the primary key', { ...good, name: 'primary' }, /is the primary key/],
    ['no column', { ...good, columns: [] }, /at least one/],
    ['columns that are no array', { ...good, columns: 'a' }, /at least one/],
    ['a column that is a number', { ...good, columns: [5] }, /a name is missing/],
    ['a column twice', { ...good, columns: ['a', 'A'] }, /"a" is there twice/],
    ['an empty expression', { ...good, columns: [{ expression: ' ' }] }, /expression is empty/],
    ['a length of 0', { ...good, columns: [{ column: 'a', length: 0 }] }, /length is not a whole number/],
    ['an unknown order', { ...good, columns: [{ column: 'a', order: 'down' }] }, /neither "asc" nor "desc"/],
    ['an unknown type', { ...good, type: 'HASH' }, /type: none of/],
    ['an unknown strategy', { ...good, strategy: 'lhm' }, /strategy: none of/],
    ['a mistyped option', { ...good, uniqe: true }, /uniqe: no such option, did you mean "unique"\?/],
    ['a flag that is none', { ...good, online: 'no' }, /online: neither true nor false/],
    ['a unique FULLTEXT index', { ...good, type: 'FULLTEXT', unique: true }, /only a BTREE index can be/],
    ['nothing at all', undefined, /takes one object/],
  ])('%s', (_, options, message) => {
    const declare = () => defineIndex(options as IndexOptions);
    expect(declare).toThrow(ConfigurationError);
    expect(declare).toThrow(message);
  });

  test('everything at once', () => {
    expect(() => defineIndex({ table: '', name: '', columns: [] })).toThrow(
      expect.objectContaining({ faults: expect.objectContaining({ length: 3 }) }),
    );
  });
});
