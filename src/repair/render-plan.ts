import type { RepairPlan, RepairStep } from './repair-step.ts';

/** The plan as a person reads it: one line per step, SQL as it would be run. */
export function renderRepairPlan({ database, steps }: RepairPlan): string {
  if (steps.length === 0) return `repair of ${database}: nothing to do`;
  return [`repair of ${database}`, ...steps.map((step) => `  ${describeStep(step)}`)].join('\n');
}

function describeStep(step: RepairStep): string {
  switch (step.kind) {
    case 'statement':
      return `${step.statement};`;
    case 'adopt':
      return `adopt ${step.migration}`;
    case 'migrate-up':
      return `migrate up ${step.migration}`;
    case 'by-hand':
      return `by hand, ${step.index} of ${step.table}: ${step.mend}`;
  }
}
