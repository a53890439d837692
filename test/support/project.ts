import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** A user's project in a folder of its own, with the built package as its dependency. Removed on dispose. */
export interface TestProject extends AsyncDisposable {
  readonly directory: string;
  write(file: string, text: string): Promise<void>;
}

/** `databases` is the object literal of `defineDatabases`, as `knexfile.ts` has it. */
export async function createProject(databases: string): Promise<TestProject> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-project-'));
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  };
  await mkdir(path.join(directory, 'node_modules'));
  await symlink(REPOSITORY, path.join(directory, 'node_modules', 'tidemark'));
  await write('package.json', '{ "name": "shop-pipeline", "type": "module", "private": true }\n');
  await write(
    'knexfile.ts',
    `import { defineDatabases } from 'tidemark/define';\nexport const databases = defineDatabases(${databases});\n`,
  );
  return {
    directory,
    write,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
