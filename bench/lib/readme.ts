import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { type ReportTable, renderMarkdown } from './report-table.ts';

const README = path.resolve(import.meta.dirname, '../README.md');
const BEGIN = '<!-- figures: written by npm run bench -- --full --readme -->';
const END = '<!-- end of figures -->';

/** Puts the figures of a run in the place of the last ones. */
export async function writeFigures(introduction: string, tables: readonly ReportTable[]): Promise<void> {
  const text = await readFile(README, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error('bench/README.md has lost the marks around its figures');
  const figures = [BEGIN, introduction, ...tables.map(renderMarkdown), ''].join('\n\n');
  const formatting = { ...(await resolveConfig(README)), filepath: README };
  await writeFile(README, await format(text.slice(0, begin) + figures + text.slice(end), formatting));
}
