import type { Argv } from 'yargs';
import type { PlanOptions } from '../../migrations/plan-up.ts';
import { OPTION_GROUPS } from '../option-groups.ts';

/** Options that decide what `up` builds and how; `plan` has them too. */
export function planOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('coalesce', {
      group: OPTION_GROUPS.building,
      type: 'boolean',
      default: true,
      describe: 'One ALTER TABLE per table; --no-coalesce runs one per index',
    })
    .option('adopt-equivalent', {
      group: OPTION_GROUPS.building,
      type: 'boolean',
      default: false,
      describe: 'Adopt an equivalent index under another name instead of building a second one',
    })
    .option('hidden', {
      group: OPTION_GROUPS.building,
      type: 'boolean',
      default: false,
      describe: 'Build indexes invisible to the optimizer until "migrate publish"',
    })
    .option('allow-edited', {
      group: OPTION_GROUPS.building,
      type: 'boolean',
      default: false,
      describe: 'Continue even if files of applied migrations were edited',
    })
    .option('allow-orphans', {
      group: OPTION_GROUPS.building,
      type: 'boolean',
      default: false,
      describe: 'Continue even if applied migrations have no file',
    })
    .option('strategy', {
      group: OPTION_GROUPS.building,
      choices: ['native', 'pt-osc', 'gh-ost'] as const,
      default: 'native' as const,
      describe: 'How indexes are built',
    });
}

export interface PlanArguments {
  readonly coalesce: boolean;
  readonly adoptEquivalent: boolean;
  readonly hidden: boolean;
  readonly allowEdited: boolean;
  readonly allowOrphans: boolean;
  readonly strategy: PlanOptions['strategy'];
}

export function toPlanOptions(options: PlanArguments): Omit<PlanOptions, 'to' | 'step'> {
  const { coalesce, adoptEquivalent, hidden, allowEdited, allowOrphans, strategy } = options;
  return { coalesce, adoptEquivalent, hidden, allowEdited, allowOrphans, strategy };
}
