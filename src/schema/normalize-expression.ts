/** String literals, quoted and plain words, and every other character by itself. */
const TOKEN = /'(?:[^'\\]|\\.|'')*'|`[^`]*`|[\p{L}\p{N}_$]+|[^\s]/gu;

/**
 * A form of an SQL expression for comparison: without white space, backticks, the character set introducers that MySQL
 * puts before literals, and outer parentheses; in lower case but for string literals. What MySQL rewrites further
 * (inner parentheses, `->>`) needs the server itself, see `askCanonicalExpressions`.
 */
export function normalizeExpression(expression: string): string {
  const tokens = (expression.match(TOKEN) ?? [])
    .filter((token, position, all) => !(/^_[a-z0-9]+$/i.test(token) && all[position + 1]?.startsWith("'")))
    .map((token) => (token.startsWith("'") ? token : token.replaceAll('`', '').toLowerCase()));
  let inner: readonly string[] = tokens;
  while (isWrapped(inner)) inner = inner.slice(1, -1);
  return inner.join(' ');
}

/** Whether the first parenthesis closes with the last token. */
function isWrapped(tokens: readonly string[]): boolean {
  if (tokens[0] !== '(') return false;
  let depth = 0;
  for (const [position, token] of tokens.entries()) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (depth === 0) return position === tokens.length - 1;
  }
  return false;
}
