import { quoteIdentifier, quoteString } from '../../databases/identifiers.ts';
import type { KeyWindow, Position } from '../../rows/position.ts';
import type { SourceColumn } from './source-table.ts';

/**
 * What follows a position in an order, as range scans that are read one after the other. A tuple comparison
 * `(a, b) > (?, ?)` is no range on either server, and OR is none on some versions: `a = X AND b > Y`, then `a > X`,
 * are ranges everywhere (tested: 99 index entries for 99 rows, against 869,499).
 *
 * A position may be shorter than the order: it then stands before every row that begins with it.
 */
export function rangesAfter(order: readonly SourceColumn[], position: Position | null): readonly string[] {
  if (position === null) return [''];
  if (position.length < order.length) {
    // Everything at or after the prefix: only ever one column, a bare bound.
    const [column] = order;
    return [`${quoteIdentifier(column!.name)} >= ${literal(column!, position[0]!)}`];
  }
  return order
    .map((_, depth) => order.length - 1 - depth)
    .map((depth) => {
      const equal = order
        .slice(0, depth)
        .map((column, at) => `${quoteIdentifier(column.name)} = ${literal(column, position[at]!)}`);
      const column = order[depth]!;
      return [...equal, `${quoteIdentifier(column.name)} > ${literal(column, position[depth]!)}`].join(
        ' AND ',
      );
    });
}

/**
 * The rows of a window as range scans that do not overlap, in order: below a common prefix of its ends, the rest of the
 * first end's prefixes, what lies between, and the second end's prefixes. Both positions are complete.
 */
export function rangesOf(order: readonly SourceColumn[], { after, upTo }: KeyWindow): readonly string[] {
  if (upTo === null) return rangesAfter(order, after);
  const last = order.length - 1;
  const compare = (at: number, operator: string, position: Position) =>
    `${quoteIdentifier(order[at]!.name)} ${operator} ${literal(order[at]!, position[at]!)}`;
  const range = (depth: number, ends: Position, ...conditions: readonly string[]) =>
    [...order.slice(0, depth).map((_, at) => compare(at, '=', ends)), ...conditions].join(' AND ');
  const forked = order.findIndex((column, at) => !sameValue(column, after?.[at], upTo[at]));
  if (forked === -1) return [];
  const below = (depth: number) => compare(depth, depth === last ? '<=' : '<', upTo);
  const deeper = order.map((_, depth) => depth).slice(forked + 1);
  const afterFirst =
    after === null ? [] : deeper.toReversed().map((depth) => range(depth, after, compare(depth, '>', after)));
  const between = range(
    forked,
    upTo,
    ...(after === null ? [] : [compare(forked, '>', after)]),
    below(forked),
  );
  return [...afterFirst, between, ...deeper.map((depth) => range(depth, upTo, below(depth)))];
}

/** Whether two texts are one value of a column: a server and a sink may write other zeros, and other digits of hex. */
function sameValue(column: SourceColumn, left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonical(column, left) === canonical(column, right);
}

function canonical({ type }: SourceColumn, value: string): string {
  switch (type.kind) {
    case 'integer':
    case 'bits':
    case 'decimal':
      return value
        .replace(/^(-?)0+(?=\d)/, '$1')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
    case 'timestamp':
      return value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
    case 'bytes':
      return value.toLowerCase();
    case 'text':
    case 'date':
    case 'float':
    case 'double':
    case 'geometry':
      return value;
  }
}

/** A value of a column as an SQL literal. */
export function literal(column: SourceColumn, value: string): string {
  switch (column.type.kind) {
    case 'integer':
    case 'decimal':
    case 'bits':
      if (!/^-?\d+(\.\d+)?$/.test(value))
        throw new Error(`"${value}" is not a valid value for column "${column.name}"`);
      return value;
    case 'bytes':
      if (!/^0x([0-9a-f]{2})*$/i.test(value))
        throw new Error(`"${value}" is not a valid value for column "${column.name}"`);
      return `${column.characterSet === undefined ? '' : `_${column.characterSet} `}X'${value.slice(2)}'`;
    case 'text':
    case 'date':
    case 'timestamp':
    case 'float':
    case 'double':
    case 'geometry':
      return quoteString(value);
  }
}
