import { UsageError } from '../../errors.ts';
import type { SourceTable } from '../source/source-table.ts';
import type { ExtractOptions } from './options.ts';

/**
 * The tables as a run sees them that was asked for more than their table file says. Throws a UsageError for what tables
 * without a cursor cannot be asked for.
 */
export function asAsked(
  tables: readonly SourceTable[],
  options: Pick<ExtractOptions, 'append' | 'start' | 'end' | 'lookback'>,
): readonly SourceTable[] {
  const { append, start, end, lookback } = options;
  const asked = Object.entries({ append: append || null, start, end, lookback }).find(
    ([, value]) => value !== null,
  );
  const whole = tables.filter(({ strategy }) => strategy !== 'watermark');
  if (asked !== undefined && whole.length > 0) {
    const named = whole.map(({ database, name, strategy }) => `${database}.${name} (${strategy})`).join(', ');
    throw new UsageError(`--${asked[0]}: these tables have no cursor: ${named}`, {
      hint: 'name the other tables with --table',
    });
  }
  return append ? tables.map((table) => ({ ...table, append: true })) : tables;
}
