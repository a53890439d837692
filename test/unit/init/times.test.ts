import { describe, expect, test } from 'vitest';
import type { ServerClock } from '../../../src/init/facts.ts';
import { epochUnit } from '../../../src/init/propose/epoch-unit.ts';
import { offsetText, zoneOfWriters } from '../../../src/init/propose/time-zone.ts';

const clock = (offsetMinutes: number): ServerClock => ({
  timeZone: 'SYSTEM',
  utc: '2025-12-14 08:00:00.000000',
  local: '',
  offsetMinutes,
});

describe('the zone in which an application writes', () => {
  test.each([
    ['agrees with the server', '2025-12-14 07:59:59', 0, null],
    ['is not told by a row of yesterday', '2025-12-13 20:00:00', 0, null],
    ['is +08:00, by a row of this moment', '2025-12-14 15:59:50', 0, '+08:00'],
    ['is never more than the true one: an hour without writes', '2025-12-14 15:02:00', 0, '+08:00'],
    ['comes out less where nothing was written for longer', '2025-12-14 14:55:00', 0, '+07:00'],
    ['is +05:45', '2025-12-14 13:44:30', 0, '+05:45'],
    ['is UTC, on a server in Shanghai, by a row of this moment', '2025-12-14 07:58:00', 480, '+00:00'],
    ['is not told on a server in Shanghai by a row of its morning', '2025-12-14 06:00:00', 480, null],
    ['is none where the value is far in the future', '9999-12-31 00:00:00', 0, null],
  ])('%s', (_title, latest, offset, expected) => {
    const zone = zoneOfWriters(latest, clock(offset));
    expect(zone === null ? null : offsetText(zone)).toBe(expected);
  });

  test('is written as a table file has it', () => {
    expect([-570, 0, 345].map(offsetText)).toEqual(['-09:30', '+00:00', '+05:45']);
  });
});

describe('the unit of numbers that are times', () => {
  test.each([
    ['1577836800', '1765699200', 'seconds'],
    ['1577836800000', '1765699200000', 'milliseconds'],
    ['1577836800000000', '1765699200000000', 'microseconds'],
    ['1765699200.123456', '1765699300.5', 'seconds'],
    ['1', '5000', null],
    ['1577836800', '1765699200000', null],
    ['20240101', '20251214', null],
    [null, null, null],
  ])('%s to %s: %s', (earliest, latest, unit) => {
    expect(epochUnit(earliest, latest)).toBe(unit);
  });
});
