import { newFile, type PlannedFile } from './planned-file.ts';

/** Secrets, packages, and what runs leave behind. */
const LINES = ['.env', 'node_modules/', 'data/', '.tidemark/'];

/** `.gitignore` with the lines that it lacks, or null where it has all of them. */
export function gitignore(file: string, existing: string | null): PlannedFile | null {
  if (existing === null) return newFile(file, `${LINES.join('\n')}\n`);
  const known = new Set(existing.split(/\r?\n/).map(bare));
  const missing = LINES.filter((line) => !known.has(bare(line)));
  if (missing.length === 0) return null;
  const separator = existing === '' || existing.endsWith('\n') ? '' : '\n';
  return {
    file,
    change: 'added',
    text: `${existing}${separator}${missing.join('\n')}\n`,
    mode: null,
    adds: missing.join(', '),
    check: null,
  };
}

/** `/data/`, `data/` and `data` mean the folder at the top alike, for our purposes. */
function bare(line: string): string {
  return line.trim().replace(/^\//, '').replace(/\/$/, '');
}
