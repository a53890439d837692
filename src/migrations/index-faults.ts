import { nearestName } from '../config/nearest.ts';

/** Most key parts of any server: 32 on MariaDB, 16 on MySQL. */
const MOST_PARTS = 32;
const LONGEST_IDENTIFIER = 64;
const LONGEST_COMMENT = 1024;

const TYPES: readonly unknown[] = ['BTREE', 'FULLTEXT', 'SPATIAL'];
const STRATEGIES: readonly unknown[] = ['native', 'pt-osc', 'gh-ost'];
const ORDERS: ReadonlySet<unknown> = new Set([undefined, 'asc', 'desc']);
const OPTIONS = [
  'table',
  'name',
  'columns',
  'unique',
  'type',
  'visible',
  'comment',
  'online',
  'strategy',
  'description',
] as const;

/**
 * Everything wrong with the options of `defineIndex`. By hand, and of unknown types: a project need not be type-checked
 * before it runs, and every command loads this file, so it stays light.
 */
export function findIndexFaults(options: unknown): readonly string[] {
  if (!isRecord(options)) return ['defineIndex takes one object'];
  const { table, name, columns, type = 'BTREE', unique, strategy, comment, description } = options;
  const btree = type === 'BTREE';
  return [
    ...unknownKeys(options, OPTIONS, ''),
    ...identifierFaults('table', table),
    ...identifierFaults('name', name),
    ...fault(
      typeof name === 'string' && name.toUpperCase() === 'PRIMARY',
      'name: "PRIMARY" is the primary key',
    ),
    ...['unique', 'visible', 'online'].flatMap((flag) =>
      fault(!['undefined', 'boolean'].includes(typeof options[flag]), `${flag}: neither true nor false`),
    ),
    ...fault(!TYPES.includes(type), `type: none of ${TYPES.join(', ')}`),
    ...fault(
      strategy !== undefined && !STRATEGIES.includes(strategy),
      `strategy: none of ${STRATEGIES.join(', ')}`,
    ),
    ...textFaults('comment', comment, LONGEST_COMMENT),
    ...textFaults('description', description, Number.POSITIVE_INFINITY),
    ...fault(!btree && unique === true, 'unique: only a BTREE index can be'),
    ...fault(
      type === 'SPATIAL' && Array.isArray(columns) && columns.length > 1,
      'columns: a SPATIAL index has one',
    ),
    ...columnsFaults(columns, btree),
  ];
}

function columnsFaults(columns: unknown, btree: boolean): readonly string[] {
  if (!Array.isArray(columns) || columns.length === 0) return ['columns: name at least one, in an array'];
  if (columns.length > MOST_PARTS)
    return [`columns: ${columns.length}, no server takes more than ${MOST_PARTS}`];
  const names = columns.flatMap((column: unknown) => {
    const name = isRecord(column) ? column['column'] : column;
    return typeof name === 'string' ? [name.toLowerCase()] : [];
  });
  const twice = new Set(names.filter((name, position) => names.indexOf(name) !== position));
  return [
    ...columns.flatMap((column: unknown) => columnFaults(column, btree)),
    ...[...twice].map((name) => `columns: "${name}" is there twice`),
  ];
}

function columnFaults(column: unknown, btree: boolean): readonly string[] {
  if (!isRecord(column)) return identifierFaults('columns', column);
  const { column: name, expression, length, order } = column;
  const badOrder = fault(!ORDERS.has(order), 'columns: an order is neither "asc" nor "desc"');
  if ('expression' in column) {
    const empty = typeof expression !== 'string' || expression.trim() === '';
    return [
      ...unknownKeys(column, ['expression', 'order'], 'columns: '),
      ...fault(empty, 'columns: an expression is empty'),
      ...fault(!btree, 'columns: only a BTREE index takes an expression'),
      ...badOrder,
    ];
  }
  const badLength = length !== undefined && !(Number.isInteger(length) && Number(length) > 0);
  return [
    ...unknownKeys(column, ['column', 'length', 'order'], 'columns: '),
    ...identifierFaults('columns', name),
    ...fault(badLength, 'columns: a length is not a whole number above 0'),
    ...fault(
      !btree && (length !== undefined || order !== undefined),
      'columns: only a BTREE index takes length or order',
    ),
    ...badOrder,
  ];
}

function unknownKeys(
  options: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
): readonly string[] {
  return Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const nearest = nearestName(key, known);
      return `${where}${key}: no such option${nearest === null ? '' : `, did you mean "${nearest}"?`}`;
    });
}

function identifierFaults(what: string, name: unknown): readonly string[] {
  if (typeof name !== 'string' || name === '') return [`${what}: a name is missing`];
  if (name.length > LONGEST_IDENTIFIER)
    return [`${what}: "${name}" is longer than ${LONGEST_IDENTIFIER} characters`];
  return fault(name.endsWith(' ') || name.includes('\0'), `${what}: "${name}" ends with a space`);
}

function textFaults(what: string, text: unknown, longest: number): readonly string[] {
  if (text === undefined) return [];
  if (typeof text !== 'string') return [`${what}: no text`];
  return fault(text.length > longest, `${what}: longer than ${longest} characters`);
}

function fault(is: boolean, message: string): readonly string[] {
  return is ? [message] : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
