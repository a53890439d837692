import type { IndexDefinition, IndexPart } from './index-definition.ts';
import { normalizeExpression } from './normalize-expression.ts';

/** What can differ between two indexes of one name. */
export type IndexDifference =
  | 'table'
  | 'name'
  | 'columns'
  | 'column order'
  | 'prefix length'
  | 'direction'
  | 'expression'
  | 'uniqueness'
  | 'type'
  | 'visibility'
  | 'comment';

/** Whether two definitions are the same in everything. */
export function equals(one: IndexDefinition, other: IndexDefinition): boolean {
  return differences(one, other).length === 0;
}

/** Whether two indexes of one table do the same for the server: the same but for the name and the comment. */
export function equivalent(one: IndexDefinition, other: IndexDefinition): boolean {
  return differences(one, other).every((difference) => difference === 'name' || difference === 'comment');
}

/** Every way in which an index differs from what is expected; empty if it does not. */
export function differences(expected: IndexDefinition, actual: IndexDefinition): readonly IndexDifference[] {
  const found: IndexDifference[] = [];
  if (expected.table !== actual.table) found.push('table');
  if (expected.name.toLowerCase() !== actual.name.toLowerCase()) found.push('name');
  found.push(...partDifferences(expected.parts, actual.parts));
  if (expected.unique !== actual.unique) found.push('uniqueness');
  if (expected.type !== actual.type) found.push('type');
  if (expected.visible !== actual.visible) found.push('visibility');
  if (expected.comment !== actual.comment) found.push('comment');
  return found;
}

/**
 * Whether the optimizer can do with `other` all that it can do with `index`, so that `index` need not exist: `index` is
 * equivalent to it, or a left prefix of it. The rule is skeema's `RedundantTo`: a unique index also is a constraint and
 * is redundant only to an equal one; a visible index is not redundant to a hidden one; directions must agree; FULLTEXT
 * and SPATIAL have no left prefix. The last part's column prefix may be the shorter one.
 */
export function redundantTo(index: IndexDefinition, other: IndexDefinition): boolean {
  if (index.table !== other.table || index.type !== other.type) return false;
  if (index.visible && !other.visible) return false;
  if (index.parts.length > other.parts.length) return false;
  const whole = index.parts.length === other.parts.length;
  if (index.unique && !(other.unique && whole)) return false;
  if (index.type !== 'BTREE' && !whole) return false;
  return index.parts.every((part, position) => {
    const last = position === index.parts.length - 1;
    return servesPart(other.parts[position]!, part, last && !index.unique);
  });
}

/** Whether an index starts with the whole primary key, so that its further columns never narrow a search by it. */
export function startsWithPrimaryKey(index: IndexDefinition, primaryKey: readonly string[]): boolean {
  if (primaryKey.length === 0 || index.parts.length < primaryKey.length) return false;
  const leading = new Set(index.parts.slice(0, primaryKey.length).map(partName));
  return primaryKey.every((column) => leading.has(column.toLowerCase()));
}

function servesPart(other: IndexPart, part: IndexPart, mayBeShorter: boolean): boolean {
  if (samePart(part, other)) return true;
  if (!mayBeShorter || part.kind !== 'column' || other.kind !== 'column') return false;
  if (partName(part) !== partName(other) || part.descending !== other.descending || part.length === null)
    return false;
  return other.length === null || other.length > part.length;
}

function samePart(one: IndexPart, other: IndexPart): boolean {
  return partDifferences([one], [other]).length === 0;
}

/** What a part is over, comparable: identifiers of columns are case-insensitive on every server. */
function partName(part: IndexPart): string {
  return part.kind === 'column' ? part.name.toLowerCase() : `(${normalizeExpression(part.expression)})`;
}

function lengthOf(part: IndexPart): number | null {
  return part.kind === 'column' ? part.length : null;
}

function partDifferences(
  expected: readonly IndexPart[],
  actual: readonly IndexPart[],
): readonly IndexDifference[] {
  const expectedNames = expected.map(partName);
  const actualNames = actual.map(partName);
  if (expectedNames.join('\n') !== actualNames.join('\n')) {
    const reordered = expectedNames.toSorted().join('\n') === actualNames.toSorted().join('\n');
    if (reordered) return ['column order'];
    const onlyExpressions =
      expected.length === actual.length &&
      expected.every((part, position) => {
        const other = actual[position]!;
        return (
          partName(part) === partName(other) || (part.kind === 'expression' && other.kind === 'expression')
        );
      });
    return [onlyExpressions ? 'expression' : 'columns'];
  }
  const found: IndexDifference[] = [];
  if (expected.some((part, position) => lengthOf(part) !== lengthOf(actual[position]!)))
    found.push('prefix length');
  if (expected.some((part, position) => part.descending !== actual[position]!.descending))
    found.push('direction');
  return found;
}
