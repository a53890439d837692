import { describe, expect, test } from 'vitest';
import {
  differences,
  equals,
  equivalent,
  redundantTo,
  startsWithPrimaryKey,
} from '../../../src/schema/compare-indexes.ts';
import type { IndexDefinition, IndexPart } from '../../../src/schema/index-definition.ts';

/** `a`, `a(10)`, `a DESC`, `(expression)`. */
function parts(text: string): readonly IndexPart[] {
  return text.split(', ').map((part): IndexPart => {
    const descending = part.endsWith(' DESC');
    const body = part.replace(/ DESC$/, '');
    if (body.startsWith('(')) return { kind: 'expression', expression: body.slice(1, -1), descending };
    const [, name = '', length] = /^(\w+)(?:\((\d+)\))?$/.exec(body) ?? [];
    return { kind: 'column', name, length: length === undefined ? null : Number(length), descending };
  });
}

function index(columns: string, more: Partial<IndexDefinition> = {}): IndexDefinition {
  return {
    table: 't',
    name: 'i',
    parts: parts(columns),
    unique: false,
    type: 'BTREE',
    visible: true,
    comment: '',
    ...more,
  };
}

describe('differences', () => {
  test.each([
    ['nothing', index('a, b'), index('a, b'), []],
    ['case of names', index('a', { name: 'I' }), index('A'), []],
    ['columns', index('a, b'), index('a, c'), ['columns']],
    ['a further column', index('a'), index('a, b'), ['columns']],
    ['order of columns', index('a, b'), index('b, a'), ['column order']],
    ['prefix', index('a(10)'), index('a(20)'), ['prefix length']],
    ['no prefix', index('a'), index('a(20)'), ['prefix length']],
    ['direction', index('a DESC'), index('a'), ['direction']],
    ['uniqueness', index('a', { unique: true }), index('a'), ['uniqueness']],
    ['type', index('a', { type: 'FULLTEXT' }), index('a'), ['type']],
    ['visibility', index('a', { visible: false }), index('a'), ['visibility']],
    ['comment', index('a', { comment: 'x' }), index('a'), ['comment']],
    ['name', index('a', { name: 'j' }), index('a'), ['name']],
    ['table', index('a', { table: 'u' }), index('a'), ['table']],
    ['spelling of an expression', index('(lower(a))'), index('(LOWER(`a`))'), []],
    ['introducer of a literal', index("(concat(a,_utf8mb4'X'))"), index("(concat( a ,'X'))"), []],
    ['case of a literal', index("(concat(a,'X'))"), index("(concat(a,'x'))"), ['expression']],
    ['inner parentheses', index('((a + 1) * 2)'), index('(a + 1 * 2)'), ['expression']],
    [
      'several',
      index('a(5) DESC, b', { unique: true }),
      index('a, b'),
      ['prefix length', 'direction', 'uniqueness'],
    ],
  ] as const)('names %s', (_, expected, actual, found) => {
    expect(differences(expected, actual)).toEqual(found);
    expect(equals(expected, actual)).toBe(found.length === 0);
  });
});

test('equivalent disregards name and comment alone', () => {
  expect(equivalent(index('a'), index('a', { name: 'j', comment: 'x' }))).toBe(true);
  expect(equivalent(index('a'), index('a', { visible: false }))).toBe(false);
  expect(equivalent(index('a'), index('a', { table: 'u' }))).toBe(false);
});

describe('redundantTo', () => {
  test.each([
    ['an equal one', index('a, b'), index('a, b'), true],
    ['a longer one', index('a'), index('a, b'), true],
    ['a shorter one', index('a, b'), index('a'), false],
    ['another order', index('b'), index('a, b'), false],
    ['another direction', index('a DESC'), index('a, b'), false],
    ['a longer prefix at the end', index('a(10)'), index('a(20)'), true],
    ['the whole column at the end', index('a(10)'), index('a, b'), true],
    ['a shorter prefix', index('a(20)'), index('a(10)'), false],
    ['a longer prefix in the middle', index('a(10), b'), index('a(20), b'), false],
    ['a unique one, being unique', index('a', { unique: true }), index('a', { unique: true }), true],
    [
      'a longer unique one, being unique',
      index('a', { unique: true }),
      index('a, b', { unique: true }),
      false,
    ],
    ['a plain one, being unique', index('a', { unique: true }), index('a'), false],
    ['a unique one, being plain', index('a'), index('a', { unique: true }), true],
    ['a hidden one', index('a'), index('a, b', { visible: false }), false],
    ['a visible one, being hidden', index('a', { visible: false }), index('a, b'), true],
    ['another type', index('a'), index('a', { type: 'FULLTEXT' }), false],
    ['a longer FULLTEXT one', index('a', { type: 'FULLTEXT' }), index('a, b', { type: 'FULLTEXT' }), false],
    ['another table', index('a'), index('a', { table: 'u' }), false],
  ] as const)('%s', (_, one, other, redundant) => {
    expect(redundantTo(one, other)).toBe(redundant);
  });
});

test('an index starts with the primary key in any order of its columns', () => {
  expect(startsWithPrimaryKey(index('id, t'), ['id'])).toBe(true);
  expect(startsWithPrimaryKey(index('b, a, t'), ['a', 'b'])).toBe(true);
  expect(startsWithPrimaryKey(index('a, t'), ['a', 'b'])).toBe(false);
  expect(startsWithPrimaryKey(index('t'), [])).toBe(false);
});
