import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { changedFile } from './support/change-file.ts';
import { quoted, readWithDuckdb, withDuckdb } from './support/read-with-duckdb.ts';
import type { SinkDescription } from './support/sink-under-test.ts';

/** What readers go by: docs/sinks.md. */
interface Manifest {
  readonly state: { readonly database: string; readonly table: string; readonly append: boolean };
  readonly key: readonly string[];
  readonly files: readonly { readonly name: string }[];
}

export const parquet: SinkDescription = {
  name: 'parquet',
  capabilities: { readersWhileWriting: true, oneWriterOf: 'sink', nulInTexts: true },
  async create() {
    const directory = await temporaryDirectory();
    const lake = path.join(directory.path, 'lake');
    return {
      spec: { kind: 'parquet', location: lake },
      async read({ database, table }) {
        for (const file of await manifestFiles(lake)) {
          const { state, files, key } = JSON.parse(await readFile(file, 'utf8')) as Manifest;
          if (state.database !== database || state.table !== table || files.length === 0) continue;
          const names = files.map(
            ({ name }) => `'${path.join(path.dirname(file), name).replaceAll("'", "''")}'`,
          );
          const all = `FROM read_parquet([${names.join(', ')}], union_by_name = true)`;
          return withDuckdb(null, (connection) =>
            readWithDuckdb(connection, state.append ? all : currentRows(all, key)),
          );
        }
        return [];
      },
      async leftovers() {
        const unlisted: string[] = [];
        for (const file of await manifestFiles(lake)) {
          const { files } = JSON.parse(await readFile(file, 'utf8')) as Manifest;
          const listed = new Set(['_manifest.json', ...files.map(({ name }) => name)]);
          const present = await readdir(path.dirname(file));
          unlisted.push(...present.filter((name) => !listed.has(name)));
        }
        return unlisted;
      },
      damages: ({ database, table }) => {
        const file = path.join(lake, database, table, '_manifest.json');
        const replaced = (text: string, by: string) =>
          changedFile(file, (bytes) => Buffer.from(bytes.toString().replace(text, by)));
        return {
          'a manifest that breaks off': changedFile(file, (bytes) => bytes.subarray(0, bytes.length / 2)),
          'an empty manifest': changedFile(file, () => Buffer.alloc(0)),
          'a list of other things': changedFile(file, () => Buffer.from('[1, 2]')),
          'a watermark of another shape': replaced('"watermark":', '"watermark": 7, "was":'),
          'no format': replaced('"format": 3', '"format": "three"'),
        };
      },
      makeNewer: ({ database, table }) =>
        changedFile(path.join(lake, database, table, '_manifest.json'), (bytes) =>
          Buffer.from(bytes.toString().replace('"format": 3', '"format": 99')),
        )(),
      cutOff: null,
      [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
    };
  },
};

/** As docs/sinks.md has it; a file has `_tidemark_removed` only where a row was. */
function currentRows(all: string, key: readonly string[]): string {
  const columns = key.map(quoted).join(', ');
  return `SELECT * EXCLUDE (_tidemark_removed) FROM (
    SELECT * FROM (SELECT NULL::BOOLEAN AS _tidemark_removed WHERE FALSE UNION ALL BY NAME (${all}))
    QUALIFY row_number() OVER (PARTITION BY ${columns} ORDER BY _tidemark_sequence DESC) = 1)
    WHERE _tidemark_removed IS NOT TRUE`;
}

async function manifestFiles(lake: string): Promise<readonly string[]> {
  const entries = await readdir(lake, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name === '_manifest.json')
    .map((entry) => path.join(entry.parentPath, entry.name));
}
