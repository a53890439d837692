import { literal, propertyName } from '../../source-text.ts';
import { newEntry, newReason, type TableProposal } from '../propose/proposal.ts';
import { insertItems } from './insert-items.ts';
import { type ManualChange, newFile, type PlannedFile } from './planned-file.ts';

/** What of a proposal the table file gets. */
interface NewEntries {
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  /** Pairs of a table, as the project's files write it, and the reason. */
  readonly leftOut: readonly (readonly [table: string, reason: string])[];
}

const ENTRIES = /\bdefineTables\(\s*\[/;
const LEFT_OUT = /\bexport const leftOut\b[^=]*=\s*\{/;

/** `tables/<database>.ts` with what is proposed, or null where it has everything already. */
export function tableFile(
  file: string,
  existing: string | null,
  database: string,
  {
    tables,
    written,
  }: { readonly tables: readonly TableProposal[]; readonly written: (table: string) => string },
): PlannedFile | ManualChange | null {
  const news = newEntries(tables, written);
  const { entries, leftOut } = news;
  if (existing === null) return newFile(file, renderNew(database, news));
  if (entries.length === 0 && leftOut.length === 0) return null;
  const withEntries = insertItems(existing, ENTRIES, entries.map(literal));
  const text = withEntries === null ? null : withLeftOut(withEntries, leftOut);
  if (text === null) {
    const lines = [...entries.map(literal), ...leftOut.map(renderReason)];
    return { file, instruction: `add to it:\n  ${lines.join(',\n  ')}` };
  }
  const counted = [
    ...(entries.length === 0 ? [] : [`${entries.length} tables`]),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} left out`]),
  ];
  return {
    file,
    change: 'added',
    text,
    mode: null,
    adds: counted.join(', '),
    check: (exported) => {
      const listed = tablesOf(exported['default']);
      const excused = Object.keys(exported['leftOut'] ?? {});
      return (
        entries.every(({ table }) => listed.includes(table)) &&
        leftOut.every(([table]) => excused.includes(table))
      );
    },
  };
}

function tablesOf(exported: unknown): readonly unknown[] {
  return (Array.isArray(exported) ? exported : []).map((entry: { readonly table?: unknown }) => entry.table);
}

function newEntries(tables: readonly TableProposal[], written: (table: string) => string): NewEntries {
  return {
    entries: tables.map(({ choice }) => newEntry(choice)).filter((entry) => entry !== null),
    leftOut: tables.flatMap(({ table, choice }) => {
      const reason = newReason(choice);
      return reason === null ? [] : [[written(table), reason] as const];
    }),
  };
}

function renderNew(database: string, { entries, leftOut }: NewEntries): string {
  return [
    "import { defineTables } from 'tidemark/define';",
    '',
    `/** What is moved from ${database}: by which column, through which index. */`,
    'export default defineTables([',
    ...entries.map((entry) => `  ${literal(entry)},`),
    ']);',
    '',
    ...renderLeftOut(leftOut),
  ].join('\n');
}

function withLeftOut(text: string, leftOut: NewEntries['leftOut']): string | null {
  if (leftOut.length === 0) return text;
  if (LEFT_OUT.test(text)) return insertItems(text, LEFT_OUT, leftOut.map(renderReason));
  return /\bleftOut\b/.test(text) ? null : `${text.trimEnd()}\n\n${renderLeftOut(leftOut).join('\n')}`;
}

function renderLeftOut(leftOut: NewEntries['leftOut']): readonly string[] {
  if (leftOut.length === 0) return [];
  return [
    '/** What is not moved, and why. */',
    'export const leftOut = {',
    ...leftOut.map((pair) => `  ${renderReason(pair)},`),
    '};',
    '',
  ];
}

function renderReason([table, reason]: NewEntries['leftOut'][number]): string {
  return `${propertyName(table)}: ${literal(reason)}`;
}
