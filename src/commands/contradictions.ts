import { UsageError } from '../errors.ts';

/** Two options that cannot both be meant, and why, as the rest of a sentence. */
export type Contradiction<Options> = readonly [
  one: keyof Options & string,
  other: keyof Options & string,
  why: string,
];

/**
 * Throws a UsageError that names every pair of options that contradict each other. yargs' own `conflicts` would hold a
 * default against an option as if it had been given. An option counts as given unless it is left out, `false` or 0.
 */
export function refuseContradictions<Options extends object>(
  options: Options,
  contradictions: readonly Contradiction<Options>[],
): void {
  const isGiven = (name: keyof Options) => Boolean(options[name]);
  const found = contradictions.filter(([one, other]) => isGiven(one) && isGiven(other));
  if (found.length === 0) return;
  const sentences = found.map(
    ([one, other, why]) => `${flag(one)} and ${flag(other)} contradict each other: ${why}`,
  );
  throw new UsageError(sentences.join('\n'), { hint: 'leave one of them out' });
}

function flag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
