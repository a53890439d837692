/** A value as a project's TypeScript files write it: single quotes, no line breaks. */
export function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${value.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${propertyName(key)}: ${literal(item)}`)
      .join(', ')} }`;
  }
  return String(value);
}

/** A property's name as an object literal has it: quoted only where it must be. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}
