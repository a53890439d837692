import { type Markup, markup } from './markup.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | Markup;
  /** Numbers stand under each other. */
  readonly numeric?: boolean;
}

/** A table that scrolls by itself on a narrow screen, and takes the keyboard's focus to do so. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Markup {
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title, numeric }) => markup`<th scope="col"${attribute(numeric)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => tableRow(columns, row))}</tbody>
</table></div>`;
}

function tableRow<Row>(columns: readonly Column<Row>[], row: Row): Markup {
  const cells = columns.map(({ cell, numeric }, position) =>
    position === 0
      ? markup`<th scope="row">${cell(row)}</th>`
      : markup`<td${attribute(numeric)}>${cell(row)}</td>`,
  );
  return markup`<tr>${cells}</tr>\n`;
}

function attribute(numeric: boolean | undefined): Markup {
  return numeric === true ? markup` class="number"` : markup``;
}
