import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** A folder in which a user has installed the package, and nothing else. Removed on dispose. */
export interface EmptyProject extends AsyncDisposable {
  readonly directory: string;
  /** The installed binary. */
  readonly binary: string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Checks every TypeScript file of the project as a user's own compiler would; what it complains about. */
  typecheck(): Promise<string>;
}

/**
 * Packs the package and unpacks it below `node_modules` of an empty folder, as `npm install` does: only the files that are
 * published are there. Its dependencies are this repository's.
 */
export async function installPacked(packageJson: Readonly<Record<string, unknown>>): Promise<EmptyProject> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidemark-empty-'));
  const installed = path.join(directory, 'node_modules', 'tidemark');
  await mkdir(installed, { recursive: true });
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const { stdout } = await execa('npm', packing, { cwd: REPOSITORY });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const archive = path.join(directory, filename);
  await execa('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
  await rm(archive);
  const modules = path.join(REPOSITORY, 'node_modules');
  await symlink(modules, path.join(installed, 'node_modules'));
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  };
  await write('package.json', `${JSON.stringify(packageJson, null, 2)}\n`);
  return {
    directory,
    binary: path.join(installed, 'dist', 'cli.js'),
    read: (file) => readFile(path.join(directory, file), 'utf8'),
    write,
    async typecheck() {
      const compilerOptions = { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: [] };
      await write(
        'tsconfig.json',
        JSON.stringify({
          compilerOptions: { ...compilerOptions, skipLibCheck: true, exactOptionalPropertyTypes: true },
          include: ['*.ts', 'tables', 'migrations'],
        }),
      );
      const compiler = path.join(modules, 'typescript', 'bin', 'tsc');
      const checked = await execa(process.execPath, [compiler, '-p', '.'], { cwd: directory, reject: false });
      return checked.stdout + checked.stderr;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
