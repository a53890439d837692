import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { ServerFlavour } from '../../databases/server.ts';
import type { ColumnInfo } from '../../schema/introspect-tables.ts';

/** By what the server tells the values of a key column apart. */
export type KeyIdentity =
  /** By the values themselves. */
  | { readonly kind: 'value' }
  /** Values are one if this expression is. `rule` names it: another rule may find other values equal. */
  | { readonly kind: 'expression'; readonly expression: string; readonly rule: string }
  /** By a rule that no expression of the server's gives back. */
  | { readonly kind: 'unknown'; readonly collation: string };

/**
 * Collations whose comparison and WEIGHT_STRING disagree (seen on MySQL 9.7 and MariaDB 10.11): characters that compare as
 * different have one weight, or texts that differ in trailing spaces alone compare as equal and have two.
 */
const CONTRADICTORY =
  /^(big5_chinese_ci|big5_chinese_nopad_ci|gb18030_chinese_ci|tis620_thai_ci|tis620_thai_nopad_ci|cp1250_czech_cs)$/;

/**
 * The identity of a key column. A collation that ignores case, accents, trailing spaces or control characters finds texts
 * equal whose bytes differ; the server's sort key (WEIGHT_STRING) is equal exactly where it does. `prefix` is the number
 * of characters or bytes that the key has of the column, or null for all.
 */
export function identityOf(column: ColumnInfo, prefix: number | null, flavour: ServerFlavour): KeyIdentity {
  const { collation, characterSet } = column;
  const name = quoteIdentifier(column.name);
  const value = prefix === null ? name : `LEFT(${name}, ${prefix})`;
  const expression = (text: string): KeyIdentity => ({
    kind: 'expression',
    expression: text,
    rule: [column.name, flavour, collation ?? 'binary', ...(prefix === null ? [] : [prefix])].join(' '),
  });
  if (collation === null || characterSet === null)
    return prefix === null ? { kind: 'value' } : expression(value);
  if (CONTRADICTORY.test(collation)) return { kind: 'unknown', collation };
  if (!collation.endsWith('_bin'))
    return expression(weightOf({ ...column, collation, characterSet }, value, prefix, flavour));
  // CHAR is read without the spaces at its end.
  const padded = !isNoPad(collation) && column.dataType !== 'char';
  if (!padded && prefix === null && isUnicode(characterSet)) return { kind: 'value' };
  return expression(`CAST(${padded ? `TRIM(TRAILING ' ' FROM ${value})` : value} AS BINARY)`);
}

/** Character sets of which each text has a text of its own in utf8mb4; what others have may become `?`. */
export function isUnicode(characterSet: string): boolean {
  return /^(utf8mb4|utf8mb3|utf8|ascii|latin1|utf16|utf16le|utf32)$/.test(characterSet);
}

function isNoPad(collation: string): boolean {
  return /_0900_|_nopad_/.test(collation);
}

/**
 * The sort key of a text. Where a collation pads with spaces, the weights of trailing spaces are taken off instead: padding
 * to a length counts characters, of which some have no weight or several. MariaDB's sort keys of several levels cannot be
 * cut at their end, and are padded by it to the column's length. Checked pair by pair, with 94 texts, for every collation
 * of both servers.
 */
function weightOf(
  column: ColumnInfo & { readonly collation: string; readonly characterSet: string },
  text: string,
  prefix: number | null,
  flavour: ServerFlavour,
): string {
  const { collation, characterSet } = column;
  const weight = `WEIGHT_STRING(${text})`;
  if (flavour === 'mariadb' && /_thai_520_w2$|(uca1400|0900)_.*(_cs|as_ci)$/.test(collation))
    return `WEIGHT_STRING(${text} AS CHAR(${prefix ?? column.maximumLength}))`;
  if (isNoPad(collation)) return weight;
  const space = `WEIGHT_STRING(CONVERT(' ' USING ${characterSet}) COLLATE ${collation})`;
  return `TRIM(TRAILING ${space} FROM ${weight})`;
}
