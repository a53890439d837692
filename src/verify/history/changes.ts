import type { VerificationRecord } from './verification-record.ts';

/** What became different between two verifications of a database. */
export type Change =
  /** `absent` stands for an index that one of the two did not know. */
  | {
      readonly kind: 'index-state';
      readonly table: string;
      readonly index: string;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'plan';
      readonly table: string;
      /** The query without its values. */
      readonly query: string;
      readonly from: PlanShape;
      readonly to: PlanShape;
    };

/** What of a plan is compared: estimates change with every row. */
export interface PlanShape {
  readonly index: string | null;
  readonly access: string;
}

/** The changes from one verification to a later one. Plans are compared where both explained the same query. */
export function findChanges(earlier: VerificationRecord, later: VerificationRecord): readonly Change[] {
  return [...indexChanges(earlier, later), ...planChanges(earlier, later)];
}

/**
 * How often an index was read between two verifications; null where one of them did not count. After a restart of the
 * server the counters started over, so what they say is what is known.
 */
export function readsBetween(
  earlier: VerificationRecord,
  later: VerificationRecord,
  index: { readonly table: string; readonly index: string },
): number | null {
  const now = readsOf(later, index);
  const before = readsOf(earlier, index);
  if (now === null || before === null) return null;
  return now >= before ? now - before : now;
}

function indexChanges(earlier: VerificationRecord, later: VerificationRecord): readonly Change[] {
  const before = new Map(earlier.indexes.map((entry) => [`${entry.table}\n${entry.index}`, entry]));
  const after = new Map(later.indexes.map((entry) => [`${entry.table}\n${entry.index}`, entry]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): readonly Change[] => {
    const from = before.get(key)?.state ?? 'absent';
    const to = after.get(key)?.state ?? 'absent';
    const subject = after.get(key) ?? before.get(key);
    if (from === to || subject === undefined) return [];
    return [{ kind: 'index-state', table: subject.table, index: subject.index, from, to }];
  });
}

function planChanges(earlier: VerificationRecord, later: VerificationRecord): readonly Change[] {
  const before = new Map(earlier.plans.map((plan) => [`${plan.table}\n${plan.shape}`, plan]));
  return later.plans.flatMap((plan): readonly Change[] => {
    const former = before.get(`${plan.table}\n${plan.shape}`);
    if (former === undefined || (former.index === plan.index && former.access === plan.access)) return [];
    return [
      { kind: 'plan', table: plan.table, query: plan.shape, from: planShape(former), to: planShape(plan) },
    ];
  });
}

function planShape({ index, access }: PlanShape): PlanShape {
  return { index, access };
}

function readsOf(
  record: VerificationRecord,
  { table, index }: { readonly table: string; readonly index: string },
): number | null {
  return record.usage?.reads.find((entry) => entry.table === table && entry.index === index)?.reads ?? null;
}
