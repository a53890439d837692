import { equivalent, redundantTo, startsWithPrimaryKey } from '../schema/compare-indexes.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import type { Remark } from './index-finding.ts';

/** What is worth saying of an index in the company of the others of its table. */
export function findRemarks(
  index: IntrospectedIndex,
  all: readonly IntrospectedIndex[],
  primaryKey: readonly string[],
): readonly Remark[] {
  const others = all.filter((other) => other.table === index.table && other.name !== index.name);
  const remarks: Remark[] = [];
  const twin = others.find((other) => equivalent(index, other));
  const wider = others.find((other) => redundantTo(index, other));
  if (twin !== undefined) remarks.push({ kind: 'duplicate', of: twin.name });
  else if (wider !== undefined) remarks.push({ kind: 'redundant', to: wider.name });
  for (const other of others) {
    if (!other.primary && other !== twin && redundantTo(other, index)) {
      remarks.push({ kind: 'covers', index: other.name });
    }
  }
  if (!index.primary && startsWithPrimaryKey(index, primaryKey)) {
    remarks.push({ kind: 'starts-with-primary-key' });
  }
  return remarks;
}
