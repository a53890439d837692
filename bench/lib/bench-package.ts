import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { WorkFailedError } from '../../src/errors.ts';
import { renderDevEnv } from '../../src/dev/dev-env.ts';
import type { BenchServer } from './bench-server.ts';
import type { Program } from './measure.ts';
import type { BenchSchemas } from './sample-data.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** The package as it would be installed, built from this tree but not into its `dist`. */
export interface BenchPackage {
  readonly directory: string;
}

/** A project that uses the package, as a user has one. */
export interface BenchProject {
  readonly package: BenchPackage;
  readonly directory: string;
}

/** The schemas of one server that a project works on. */
export interface BenchSource {
  readonly server: BenchServer;
  readonly schemas: BenchSchemas;
  readonly envFile: string;
}

export async function buildPackage(directory: string): Promise<BenchPackage> {
  const target = path.join(directory, 'package');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await cp(path.join(REPOSITORY, 'package.json'), path.join(target, 'package.json'));
  await symlink(path.join(REPOSITORY, 'node_modules'), path.join(target, 'node_modules'));
  const build = await execa('tsc', ['-p', 'tsconfig.build.json', '--outDir', path.join(target, 'dist')], {
    cwd: REPOSITORY,
    preferLocal: true,
    localDir: REPOSITORY,
    reject: false,
  });
  if (build.failed) throw new WorkFailedError(`the package does not build:\n${build.stdout}`);
  return { directory: target };
}

/** `keep` says which migration files it has; all by default. */
export async function createBenchProject(
  built: BenchPackage,
  directory: string,
  keep: (migrationFile: string) => boolean = () => true,
): Promise<BenchProject> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(path.join(directory, 'node_modules'), { recursive: true });
  await symlink(built.directory, path.join(directory, 'node_modules', 'tidemark'));
  await writeFile(path.join(directory, 'package.json'), '{ "type": "module", "private": true }\n');
  for (const name of ['knexfile.ts', 'tables', 'migrations']) {
    await cp(path.join(REPOSITORY, name), path.join(directory, name), {
      recursive: true,
      filter: (file) => !isMigrationFile(file) || keep(path.basename(file)),
    });
  }
  return { package: built, directory };
}

function isMigrationFile(file: string): boolean {
  return /^migrations[\\/]\w+[\\/]/.test(path.relative(REPOSITORY, file));
}

/** Writes where the databases are. Every contender speaks without TLS. */
export async function describeSource(
  server: BenchServer,
  schemas: BenchSchemas,
  directory: string,
): Promise<BenchSource> {
  const envFile = path.join(directory, `${server.software.flavour}-${schemas.business}.env`);
  const databases = Object.entries(schemas).map(([name, schema]) => ({ name, schema, ...server.login }));
  const noTls = Object.keys(schemas).map((name) => `${name.toUpperCase()}_DB_SSL=disabled\n`);
  await writeFile(envFile, renderDevEnv('private', databases) + noTls.join(''), { mode: 0o600 });
  return { server, schemas, envFile };
}

/** A tidemark command of the built package, in a project. */
export function tidemark(
  project: BenchProject,
  source: Pick<BenchSource, 'envFile'>,
  args: readonly string[],
): Program {
  return {
    command: [
      process.execPath,
      path.join(project.package.directory, 'dist', 'cli.js'),
      ...args,
      '--json',
      '--env-file',
      source.envFile,
    ],
    directory: project.directory,
    stdout: 'read',
  };
}
