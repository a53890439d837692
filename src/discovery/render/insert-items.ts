/**
 * Adds items at the end of an array or object literal of a TypeScript file, and leaves every other character as it is.
 * `anchor` matches what stands before the literal's bracket, such as `defineTables(`. Null where the file is not written
 * like that: then a person has to add them.
 */
export function insertItems(source: string, anchor: RegExp, items: readonly string[]): string | null {
  const found = anchor.exec(source);
  if (found === null) return null;
  const open = found.index + found[0].length - 1;
  const literal = readLiteral(source, open);
  if (literal === null) return null;
  const { close, last } = literal;
  const body = source.slice(open + 1, close);
  const empty = last === open;
  const comma = empty || source[last] === ',' ? '' : ',';
  const lines = items.map((item) => `  ${item},\n`).join('');
  const head = source.slice(0, last + 1) + comma;
  // What stands between the last item and the bracket: line breaks and comments.
  const between = body.includes('\n') ? source.slice(last + 1, close).replace(/[ \t]*$/, '') : '\n';
  return head + (between.endsWith('\n') ? between : `${between}\n`) + lines + source.slice(close);
}

interface Literal {
  /** Where the bracket that closes it is. */
  readonly close: number;
  /** Where the last character before that is which is neither space nor comment; the opening bracket if there is none. */
  readonly last: number;
}

/** Text that hides brackets: strings and comments. */
const HIDDEN = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

function readLiteral(source: string, open: number): Literal | null {
  let depth = 0;
  let last = open;
  for (let at = open; at < source.length; at += 1) {
    HIDDEN.lastIndex = at;
    const hidden = HIDDEN.exec(source)?.[0];
    if (hidden !== undefined) {
      at += hidden.length - 1;
      if (!hidden.startsWith('/')) last = at;
      continue;
    }
    const character = source[at]!;
    if ('[{('.includes(character)) depth += 1;
    if (']})'.includes(character)) depth -= 1;
    if (depth === 0) return { close: at, last };
    if (/\S/.test(character)) last = at;
  }
  return null;
}
