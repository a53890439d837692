import Table from 'cli-table3';

/** One table of figures, its first column naming what the others measure. */
export interface ReportTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader should know; a sentence each. */
  readonly notes: readonly string[];
}

export function renderText({ title, header, rows, notes }: ReportTable): string {
  const table = new Table({
    head: [...header],
    style: { head: [], border: [], compact: true },
    colAligns: header.map((_, column) => (column === 0 ? 'left' : 'right')),
  });
  table.push(...rows.map((row) => [...row]));
  return [title, table.toString(), ...notes].join('\n');
}

export function renderMarkdown({ title, header, rows, notes }: ReportTable): string {
  const alignment = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`#### ${title}`, '', ...[header, alignment, ...rows].map(markdownLine), '', ...notes]
    .join('\n')
    .trimEnd();
}

function markdownLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
