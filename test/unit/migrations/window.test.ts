import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { parseReplica } from '../../../src/migrations/replicas.ts';
import { isInside, parseWindow } from '../../../src/migrations/window.ts';

describe('a maintenance window', () => {
  test.each([
    ['02:00-05:00', 'UTC', '2026-11-23T02:00:00Z', true],
    ['02:00-05:00', 'UTC', '2026-11-23T04:59:59Z', true],
    ['02:00-05:00', 'UTC', '2026-11-23T05:00:00Z', false],
    ['22:30-01:00', 'UTC', '2026-11-23T23:00:00Z', true],
    ['22:30-01:00', 'UTC', '2026-11-23T00:59:00Z', true],
    ['22:30-01:00', 'UTC', '2026-11-23T12:00:00Z', false],
    ['02:00-05:00', 'Asia/Shanghai', '2026-11-22T18:30:00Z', true],
    ['02:00-05:00', 'Asia/Shanghai', '2026-11-23T02:30:00Z', false],
    ['00:00-23:59', 'America/New_York', '2026-11-23T04:59:00Z', false],
  ])('%s %s at %s: %s', (text, timeZone, time, inside) => {
    expect(isInside(parseWindow(text, timeZone), new Date(time))).toBe(inside);
  });

  test.each([
    ['2-5', 'UTC'],
    ['02:00-24:00', 'UTC'],
    ['02:00-02:00', 'UTC'],
    ['02:00-05:00', 'Mars/Base'],
  ])('refuses %s %s', (text, timeZone) => {
    expect(() => parseWindow(text, timeZone)).toThrow(UsageError);
  });
});

describe("a replica's address", () => {
  test.each([
    ['db2', { host: 'db2', port: 3306 }],
    ['10.0.0.2:3307', { host: '10.0.0.2', port: 3307 }],
    ['[::1]:3307', { host: '::1', port: 3307 }],
  ])('%s', (text, address) => {
    expect(parseReplica(text)).toEqual(address);
  });

  test.each(['', ':3306', 'db2:0', 'db2:99999', 'db2:x'])('refuses %j', (text) => {
    expect(() => parseReplica(text)).toThrow(UsageError);
  });
});
