import { parse } from 'dotenv';
import { newFile, type PlannedFile } from './planned-file.ts';

/** Nobody but its owner reads a password. */
const PRIVATE = 0o600;

/** `.env` with the variables that it lacks, or null where it has all of them. Throws a RangeError for a value that it cannot hold. */
export function envFile(
  file: string,
  existing: string | null,
  database: string,
  variables: Readonly<Record<string, string>>,
): PlannedFile | null {
  const known = existing === null ? {} : parse(existing);
  const missing = Object.entries(variables).filter(([name]) => !(name in known));
  if (missing.length === 0) return null;
  const block = [
    `# Database "${database}"`,
    ...missing.map(([name, value]) => `${name}=${quoted(name, value)}`),
    '',
  ].join('\n');
  if (existing === null) return newFile(file, block, PRIVATE);
  const separator = existing === '' ? '' : existing.endsWith('\n') ? '\n' : '\n\n';
  return {
    file,
    change: 'added',
    text: existing + separator + block,
    mode: null,
    adds: missing.map(([name]) => name).join(', '),
    check: null,
  };
}

/** The first way to write a value that dotenv reads back as it is. */
function quoted(name: string, value: string): string {
  const ways = [value, `'${value}'`, `\`${value}\``, `"${value}"`];
  const found = ways.find((way) => parse(`${name}=${way}\nNEXT=1`)[name] === value);
  if (found === undefined)
    throw new RangeError(`${name} has quotes of all kinds, which no .env file can hold`);
  return found;
}
