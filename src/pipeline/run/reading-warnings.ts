import type { RunRecord } from '../../sinks/sink.ts';
import { isTransactional, needsOneSnapshot, type SourceTable } from '../source/source-table.ts';
import type { RunWarning } from './report.ts';

/** What a person should know of how a table is read, whatever is in it. */
export function readingWarnings(table: SourceTable, mode: RunRecord['mode']): readonly RunWarning[] {
  if (!isTransactional(table)) return [{ kind: 'no-transactions', engine: table.engine }];
  // Whether its one snapshot is worth a word depends on how long it is held.
  if (table.strategy !== 'watermark') return [];
  const one = mode === 'snapshot' ? needsOneSnapshot(table) : table.append;
  if (!one) return [];
  if (table.keyIndex === null) return [{ kind: 'one-snapshot', because: 'no-key' }];
  return [{ kind: 'one-snapshot', because: table.append ? 'change-log' : 'key-without-order' }];
}
