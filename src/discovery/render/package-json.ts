import { type ManualChange, newFile, type PlannedFile } from './planned-file.ts';

/** The commands that hints and documentation name, as scripts. */
const SCRIPTS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'migrate up',
    'migrate down',
    'migrate status',
    'migrate plan',
    'migrate create',
    'migrate adopt',
    'migrate publish',
    'migrate history',
    'extract-load',
    'tables',
    'watermarks',
    'reconcile',
    'audit',
    'compact',
    'verify',
    'pool',
    'doctor',
    'init',
  ].map((command) => [command.replace(' ', ':'), `tidemark ${command}`]),
);

/** `package.json` with the scripts that it lacks, or null where it has all of them. What is there stays what it is. */
export function packageJson(file: string, existing: string | null): PlannedFile | ManualChange | null {
  if (existing === null) {
    const content = { private: true, type: 'module', scripts: SCRIPTS };
    return newFile(file, `${JSON.stringify(content, null, 2)}\n`);
  }
  const content = parseObject(existing);
  if (content === null)
    return { file, instruction: 'it is no JSON object: mend it and run init again for the npm scripts' };
  const scripts = (content['scripts'] ?? {}) as Readonly<Record<string, unknown>>;
  const missing = Object.entries(SCRIPTS).filter(([name]) => !(name in scripts));
  if (missing.length === 0) return null;
  // npm's own way to write it back: with the indent that it had.
  const indent = /^[{[]\r?\n([ \t]+)/.exec(existing)?.[1] ?? '  ';
  const text = JSON.stringify(
    { ...content, scripts: { ...scripts, ...Object.fromEntries(missing) } },
    null,
    indent,
  );
  return {
    file,
    change: 'added',
    text: existing.endsWith('\n') ? `${text}\n` : text,
    mode: null,
    adds: `${missing.length} scripts`,
    check: null,
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
