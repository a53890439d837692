import { UsageError } from '../errors.ts';

/** A command line as yargs has parsed it. */
type Parsed = Readonly<Record<string, unknown>>;

/**
 * Throws a UsageError for an option that was given more than once although a command takes one value of it (yargs would
 * hand over a list), and for a flag given beside its negation (yargs would keep the last). The values are not printed:
 * one of them may be a URL with a password.
 */
export function refuseRepeatedOptions(
  parsed: Parsed,
  commandLine: readonly string[],
  lists: readonly string[],
): void {
  const repeated = Object.keys(parsed).find(
    // Beside `log-level` yargs has `logLevel`, and the words without dashes under `_`.
    (name) => /^[a-z][a-z-]*$/.test(name) && Array.isArray(parsed[name]) && !lists.includes(name),
  );
  if (repeated !== undefined) {
    throw new UsageError(`--${repeated} is given more than once`, { hint: 'give it once' });
  }
  const flags = new Set(commandLine.map((word) => word.replace(/=true$/, '')));
  const negated = Object.keys(parsed).find((name) => flags.has(`--${name}`) && flags.has(`--no-${name}`));
  if (negated !== undefined) {
    throw new UsageError(`--${negated} and --no-${negated} contradict each other`, {
      hint: 'leave one of them out',
    });
  }
}
