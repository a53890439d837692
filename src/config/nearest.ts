import { closest, distance } from 'fastest-levenshtein';

/** A longer list helps nobody find a name. */
const MOST_LISTED = 12;

/** The known name that a mistyped one most likely meant, or null where none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = closest(name, known);
  return distance(name, candidate) <= Math.max(2, Math.ceil(candidate.length / 3)) ? candidate : null;
}

/** `did you mean "x"?`, or the list of what there is. */
export function didYouMean(name: string, known: readonly string[], what: string): string {
  const nearest = nearestName(name, known);
  if (nearest !== null) return `did you mean "${nearest}"?`;
  if (known.length > MOST_LISTED) return `there are ${known.length} ${what}, none of a name like that`;
  return known.length === 0 ? `there are no ${what}` : `known ${what}: ${known.join(', ')}`;
}
