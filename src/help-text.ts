/** What yargs adds to each option and tells nobody anything: its type, and that a flag is off by default. */
const NOISE = /\[(?:string|boolean|array|number)\] ?|\[default: false\]/g;

/** A help text without what yargs says of types, and without the lines that had nothing else. */
export function plainHelp(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      // What is left keeps its column.
      const plain = line.replaceAll(NOISE, (noise) => ' '.repeat(noise.length)).trimEnd();
      return plain === '' && line.trim() !== '' ? [] : [plain];
    })
    .join('\n');
}
