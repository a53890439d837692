/** Strings before the fixed part: catalogue, schema, table, its own name, column, its own name. */
const STRINGS = 6;
const NAME = 4;
const UNSIGNED = 32;
const NEWDECIMAL = 0xf6;

/**
 * What decides how a column's values are read, from its definition packet (MySQL protocol, "ColumnDefinition41"): its
 * name, character set, type, sign, and digits. Its other flags change with every index that is built or dropped.
 */
export function columnForm(definition: Buffer): string {
  let at = 0;
  let name = '';
  for (let string = 0; string < STRINGS; string += 1) {
    const length = definition[at]!;
    if (string === NAME) name = definition.toString('utf8', at + 1, at + 1 + length);
    at += 1 + length;
  }
  // The length of the fixed part stands before it.
  at += 1;
  const characterSet = definition.readUInt16LE(at);
  const length = definition.readUInt32LE(at + 2);
  const type = definition[at + 6]!;
  const unsigned = definition.readUInt16LE(at + 7) & UNSIGNED;
  const decimals = definition[at + 9]!;
  return [name, characterSet, type, unsigned, decimals, type === NEWDECIMAL ? length : ''].join(' ');
}
