import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { Io } from './io.ts';

type Palette = ReturnType<typeof picocolors.createColors>;

/**
 * What a command prints. With `--json` standard output carries one JSON document and nothing else; what a person reads
 * goes to standard error.
 */
export interface Output {
  readonly json: boolean;
  readonly colors: Palette;
  /** The command's result, once: the document with `--json`, else the text. */
  readonly result: (document: unknown, renderText: () => string) => void;
  /** A line about the work under way; always on standard error. */
  readonly note: (line: string) => void;
  /** A table without vertical rules, its first row the header. */
  readonly table: (rows: readonly (readonly string[])[]) => string;
}

export function createOutput(io: Io, json: boolean): Output {
  const colors = picocolors.createColors(io.color.stdout && !json);
  return {
    json,
    colors,
    result(document, renderText) {
      io.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${renderText()}\n`);
    },
    note(line) {
      io.stderr.write(`${line}\n`);
    },
    table: ([header = [], ...rows]) => renderTable(header, rows, colors),
  };
}

function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  colors: Palette,
): string {
  const nothing = '';
  const table = new Table({
    head: header.map((cell) => colors.bold(cell)),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: nothing,
      'top-mid': nothing,
      'top-left': nothing,
      'top-right': nothing,
      bottom: nothing,
      'bottom-mid': nothing,
      'bottom-left': nothing,
      'bottom-right': nothing,
      left: nothing,
      'left-mid': nothing,
      mid: nothing,
      'mid-mid': nothing,
      right: nothing,
      'right-mid': nothing,
      middle: nothing,
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
