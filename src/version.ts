import { readFileSync } from 'node:fs';

/** The package's version; package.json is next to `src` and next to `dist`. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
