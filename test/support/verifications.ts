import type { IndexDefinition } from '../../src/schema/index-definition.ts';
import type { DatabaseFindings } from '../../src/verify/database-findings.ts';
import { toRecord } from '../../src/verify/history/verification-record.ts';
import type { IndexFinding, RecordedIndex } from '../../src/verify/index-finding.ts';
import type { Verification } from '../../src/verify/verification.ts';

export const STARTED_AT = '2026-11-23T08:00:00.000Z';

export function indexDefinition(overrides: Partial<IndexDefinition> = {}): IndexDefinition {
  return {
    table: 'orders',
    name: 'idx_update_time',
    parts: [{ kind: 'column', name: 'update_time', length: null, descending: false }],
    unique: false,
    type: 'BTREE',
    visible: true,
    comment: '',
    ...overrides,
  };
}

export function recorded(overrides: Partial<RecordedIndex> = {}): RecordedIndex {
  return {
    migration: '20261123000001_orders_idx_update_time',
    file: '/shop/migrations/business/20261123000001_orders_idx_update_time.ts',
    state: 'applied',
    inPlace: true,
    definition: indexDefinition(),
    edited: null,
    hiddenOnPurpose: false,
    ...overrides,
  };
}

/** A verification of one database with these findings. */
export function verificationOf(
  indexes: readonly IndexFinding[],
  more: Partial<DatabaseFindings> = {},
): Verification {
  const findings: DatabaseFindings = {
    database: 'business',
    schema: 'shop',
    server: 'MySQL 8.4.3',
    indexes,
    tables: [],
    plans: [],
    benchmark: [],
    writeCost: [],
    usage: null,
    ...more,
  };
  const record = toRecord(findings, STARTED_AT);
  return {
    startedAt: STARTED_AT,
    seconds: 0.5,
    toolVersion: '0.0.0-test',
    databases: [{ ...findings, record, recording: { kind: 'recorded' }, history: [], previous: null }],
  };
}
