/** Strings before the name: catalogue, schema, table, the table's own name. */
const BEFORE_NAME = 4;
/** The fixed part ends the packet. What stands before it may be more on MariaDB ("extended metadata"). */
const FIXED = 12;
const UNSIGNED = 32;
const NEWDECIMAL = 0xf6;

/**
 * What decides how a column's values are read, from its definition packet (MySQL protocol, "ColumnDefinition41"): its
 * name, character set, type, sign, and digits. Its other flags change with every index that is built or dropped.
 */
export function columnForm(definition: Buffer): string {
  let at = 0;
  for (let string = 0; string < BEFORE_NAME; string += 1) at += 1 + definition[at]!;
  const name = definition.toString('utf8', at + 1, at + 1 + definition[at]!);
  const fixed = definition.length - FIXED;
  const characterSet = definition.readUInt16LE(fixed);
  const length = definition.readUInt32LE(fixed + 2);
  const type = definition[fixed + 6]!;
  const unsigned = definition.readUInt16LE(fixed + 7) & UNSIGNED;
  const decimals = definition[fixed + 9]!;
  return [name, characterSet, type, unsigned, decimals, type === NEWDECIMAL ? length : ''].join(' ');
}
