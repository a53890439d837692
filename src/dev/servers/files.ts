import { access } from 'node:fs/promises';

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The last twelve lines of a log, indented, for an error message. */
export function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-12);
  return lines.map((line) => `    ${line}`).join('\n');
}
