import { expect, test } from 'vitest';
import { visitsOf } from '../../../seeds/matomo/tables/numbering.ts';

test.each([
  [16, 4],
  [1_000, 251],
  [1_001, 252],
  [1_600_000, 400_000],
])('%i actions make up %i visits', (actions, visits) => {
  expect(visitsOf(actions)).toBe(visits);
});

test('a block that is cut short counts the visits that it began', () => {
  expect([1, 2, 3, 4, 8, 9, 15].map(visitsOf)).toEqual([1, 2, 2, 3, 3, 4, 4]);
});
