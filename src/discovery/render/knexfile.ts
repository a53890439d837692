import { literal } from '../../source-text.ts';
import { environmentPrefix } from '../../config/environment.ts';
import { insertItems } from './insert-items.ts';
import { type ManualChange, newFile, type PlannedFile } from './planned-file.ts';

const DATABASES = /\bdefineDatabases\(\s*\{/;

/** `knexfile.ts` with one database more. */
export function knexfile(
  file: string,
  existing: string | null,
  { name, schema }: { readonly name: string; readonly schema: string },
): PlannedFile | ManualChange {
  const entry = `${name}: ${literal({ schema })}`;
  if (existing === null) {
    return newFile(
      file,
      [
        "import { defineDatabases } from 'tidemark/define';",
        '',
        `/** The databases. Host, user and password come from the environment or \`.env\`: ${environmentPrefix(name)}_DB_HOST and so on. */`,
        'export const databases = defineDatabases({',
        `  ${entry},`,
        '});',
        '',
      ].join('\n'),
    );
  }
  const text = insertItems(existing, DATABASES, [entry]);
  if (text === null) return { file, instruction: `add to its databases: ${entry}` };
  return {
    file,
    change: 'added',
    text,
    mode: null,
    adds: `database ${name}`,
    check: ({ databases }) => typeof databases === 'object' && databases !== null && name in databases,
  };
}
