import type { Output } from '../../output.ts';
import { formatCount, formatSeconds } from '../../format.ts';
import type { Watermark } from '../../pipeline/run/watermarks.ts';

/** Prints watermarks as the contract has them. */
export function printWatermarks(output: Output, watermarks: readonly Watermark[], whenNone: string): void {
  output.result({ watermarks }, () =>
    watermarks.length === 0
      ? whenNone
      : output.table([
          ['table', 'cursor', 'watermark', 'rows', 'updated at', 'lag'],
          ...watermarks.map(({ database, table, cursor, value, rows, updatedAt, lagSeconds, loading }) => [
            `${database}.${table}`,
            cursor.join(', '),
            loading ? 'first load not complete' : (value?.join(', ') ?? 'the beginning'),
            formatCount(rows),
            updatedAt,
            lagSeconds === null ? '' : formatSeconds(lagSeconds),
          ]),
        ]),
  );
}
