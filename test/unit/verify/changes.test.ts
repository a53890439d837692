import { describe, expect, test } from 'vitest';
import type { PlanFinding } from '../../../src/verify/plans/plan-finding.ts';
import { findChanges, readsBetween } from '../../../src/verify/history/changes.ts';
import { parseRecord, toRecord } from '../../../src/verify/history/verification-record.ts';
import type { IndexUsage } from '../../../src/schema/index-usage.ts';
import { indexDefinition, recorded, STARTED_AT, verificationOf } from '../../support/verifications.ts';

const INDEX = { table: 'orders', index: 'idx_update_time' };

function plan(value: string, index: string): PlanFinding {
  return {
    kind: 'served',
    table: 'orders',
    query: `SELECT * FROM orders WHERE update_time > '${value}' LIMIT 1000`,
    expectedIndex: 'idx_update_time',
    access: { table: 'orders', index, access: 'range', accessType: 'range', rowsEstimated: 1, sorts: false },
  };
}

function usage(reads: number): IndexUsage {
  const since = '2026-11-01T00:00:00.000Z';
  return { kind: 'measured', source: 'performance_schema', since, reads: [{ ...INDEX, reads }] };
}

const recordOf = (more: Parameters<typeof verificationOf>[1]) =>
  toRecord(
    verificationOf([{ kind: 'ok', recorded: recorded(), actual: indexDefinition(), remarks: [] }], more)
      .databases[0]!,
    STARTED_AT,
  );

describe('a plan', () => {
  test('is the same plan with other values', () => {
    const earlier = recordOf({ plans: [plan('2025-01-01 00:00:00', 'idx_update_time')] });
    const later = recordOf({ plans: [plan('2026-01-01 00:00:00', 'idx_update_time')] });
    expect(findChanges(earlier, later)).toEqual([]);
  });

  test('has changed when it uses another index', () => {
    const earlier = recordOf({ plans: [plan('2025-01-01 00:00:00', 'idx_update_time')] });
    const later = recordOf({ plans: [plan('2026-01-01 00:00:00', 'PRIMARY')] });
    expect(findChanges(earlier, later)).toMatchObject([
      { kind: 'plan', table: 'orders', from: { index: 'idx_update_time' }, to: { index: 'PRIMARY' } },
    ]);
  });
});

test('reads between two verifications begin anew after a restart, and are unknown where one did not count', () => {
  const before = recordOf({ usage: usage(100) });
  expect(readsBetween(before, recordOf({ usage: usage(130) }), INDEX)).toBe(30);
  expect(readsBetween(before, recordOf({ usage: usage(7) }), INDEX)).toBe(7);
  expect(readsBetween(before, recordOf({}), INDEX)).toBeNull();
});

test('a record is read back as it was kept; one of another form is left out', () => {
  const record = recordOf({ usage: usage(1), plans: [plan('2025-01-01 00:00:00', 'idx_update_time')] });
  expect(parseRecord(JSON.stringify(record))).toEqual(record);
  expect(parseRecord('{"at": 1}')).toBeNull();
  expect(parseRecord('cut of')).toBeNull();
});
