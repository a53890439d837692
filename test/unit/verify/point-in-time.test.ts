import { expect, test } from 'vitest';
import { parsePointInTime } from '../../../src/commands/verify/point-in-time.ts';
import { UsageError } from '../../../src/errors.ts';

test.each([
  ['2025-12-14', '2025-12-14T00:00:00.000Z'],
  ['2025-12-14T08:30', '2025-12-14T08:30:00.000Z'],
  ['2025-12-14T08:30:00Z', '2025-12-14T08:30:00.000Z'],
  ['2025-12-14T08:30:00+08:00', '2025-12-14T00:30:00.000Z'],
])('%s is %s', (text, iso) => {
  expect(parsePointInTime(text)?.toISOString()).toBe(iso);
});

test('a duration is so long ago', () => {
  const age = Date.now() - parsePointInTime('2h')!.getTime();
  expect(Math.abs(age - 7_200_000)).toBeLessThan(5000);
});

test.each(['2025-13-01', 'yesterday', '2025-12-14Tx', '7 days'])('%s is refused', (text) => {
  expect(() => parsePointInTime(text)).toThrow(UsageError);
});
