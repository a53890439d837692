import type { Argv } from 'yargs';
import { OPTION_GROUPS } from './option-groups.ts';
import { splitNames } from './database-selection.ts';

export interface TableSelection {
  readonly table: readonly string[] | undefined;
}

/** Adds `--table`. */
export function tableOption<Options>(parser: Argv<Options>): Argv<Options & TableSelection> {
  return parser.option('table', {
    group: OPTION_GROUPS.what,
    type: 'string',
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: 'Extracted table; repeat it or separate by commas (default: all)',
    coerce: splitNames,
  });
}
