import { describe, expect, test } from 'vitest';
import { epochUnit } from '../../../src/discovery/propose/epoch-unit.ts';
import { offsetText, zoneOfWriters } from '../../../src/discovery/propose/time-zone.ts';

const zoneAt = (utc: string, latest: string) => zoneOfWriters(latest, { utc, offsetMinutes: 0 });

describe('the zone in which an application writes', () => {
  test.each([
    ['agrees with the server', '2025-12-14 07:59:59', 0, 'as-expected'],
    ['is not told by a row of yesterday', '2025-12-13 20:00:00', 0, 'as-expected'],
    ['is +08:00, by a row of this moment', '2025-12-14 15:59:50', 0, '+08:00'],
    ['is never more than the true one: +08:00, an hour without a row', '2025-12-14 14:55:00', 0, '+07:00'],
    ['is not told where a row is older', '2025-12-14 15:02:00', 0, 'ahead'],
    ['is +05:45', '2025-12-14 13:44:30', 0, '+05:45'],
    ['is UTC, on a server in Shanghai, by a row of this moment', '2025-12-14 07:58:00', 480, '+00:00'],
    [
      'is not told on a server in Shanghai by a row of its morning',
      '2025-12-14 06:00:00',
      480,
      'as-expected',
    ],
    ['is the same one where a clock is some minutes ahead', '2025-12-14 08:05:00', 0, 'ahead'],
    ['is none where the value is far in the future', '9999-12-31 00:00:00', 0, 'future'],
  ])('%s', (_title, latest, offsetMinutes, expected) => {
    const zone = zoneOfWriters(latest, { utc: '2025-12-14 08:00:00.000000', offsetMinutes });
    expect(zone.kind === 'other' ? offsetText(zone.offsetMinutes) : zone.kind).toBe(expected);
  });

  test('is that of winter, in summer too: Berlin, and Sydney in its own', () => {
    const [berlin, shanghai] = ['2025-07-01 10:00:00', '2025-07-01 16:00:00'].map((latest) =>
      zoneAt('2025-07-01 08:00:00', latest),
    );
    expect(berlin).toEqual({ kind: 'other', offsetMinutes: 60 });
    expect(shanghai).toEqual({ kind: 'other', offsetMinutes: 480 });
    expect(zoneAt('2025-12-14 08:00:00', '2025-12-14 19:00:00')).toEqual({
      kind: 'other',
      offsetMinutes: 600,
    });
    expect(zoneAt('2025-12-14 08:00:00', '2025-12-14 09:00:00')).toEqual({
      kind: 'other',
      offsetMinutes: 60,
    });
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
