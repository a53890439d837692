import { UsageError } from '../errors.ts';

function toNumber(value: string | number): number {
  if (/^\d{1,15}$/.test(String(value))) return Number(value);
  throw new UsageError(`expected a whole number, got "${value}"`);
}

/** A yargs option that takes a whole number, 0 or more, and may be left out. */
export const naturalNumber = {
  type: 'string',
  requiresArg: true,
  coerce: (value: string | undefined): number | undefined =>
    value === undefined ? undefined : toNumber(value),
} as const;

/** The same with a default. */
export function naturalNumberOr(defaultValue: number) {
  return { type: 'string', requiresArg: true, default: defaultValue, coerce: toNumber } as const;
}
