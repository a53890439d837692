import path from 'node:path';
import { UsageError } from '../errors.ts';

/** A scheme, and not the letter of a drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/**
 * The absolute path of a place on this machine, relative to the project. Throws a UsageError for a URL (`s3://…`, `md:…`),
 * which would become a folder of that name.
 */
export function localPlace(place: string, projectDirectory: string, what: string): string {
  const scheme = SCHEME.exec(place)?.[0];
  if (scheme !== undefined) {
    throw new UsageError(`"${place}" is no place on this machine, and this sink fills ${what}`, {
      hint: [
        'give a path: --output data/…',
        `for a file whose name begins with "${scheme}": --output ./${place}`,
      ],
    });
  }
  return path.resolve(projectDirectory, place);
}
