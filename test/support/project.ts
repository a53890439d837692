import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
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
  const project = await createFolder();
  await project.write(
    'knexfile.ts',
    `import { defineDatabases } from 'tidemark/define';\nexport const databases = defineDatabases(${databases});\n`,
  );
  return project;
}

/** A copy of what this repository brings as a project: its databases, migrations, tables and seeds. */
export async function copyProject(): Promise<TestProject> {
  const project = await createFolder();
  for (const name of ['knexfile.ts', 'migrations', 'tables', 'seeds']) {
    await cp(path.join(REPOSITORY, name), path.join(project.directory, name), { recursive: true });
  }
  // What the seeds import.
  for (const dependency of ['zod', 'p-limit']) {
    const modules = path.join('node_modules', dependency);
    await symlink(path.join(REPOSITORY, modules), path.join(project.directory, modules));
  }
  return project;
}

/** A folder with the built package as its dependency and nothing else. */
export async function createFolder(): Promise<TestProject> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-project-'));
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  };
  await mkdir(path.join(directory, 'node_modules'));
  await symlink(REPOSITORY, path.join(directory, 'node_modules', 'tidemark'));
  await write('package.json', '{ "name": "shop-pipeline", "type": "module", "private": true }\n');
  return {
    directory,
    write,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
