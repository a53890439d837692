import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createModuleLoader, type ModuleLoader } from '../config/module-loader.ts';
import type { Project } from '../config/project.ts';
import { UsageError } from '../errors.ts';
import { formatCount } from '../format.ts';
import type { Io } from '../io.ts';
import { loadMigrations } from '../migrations/load-migrations.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { openDatabases } from '../open-databases.ts';
import type { Output } from '../output.ts';
import { loadLeftOut } from '../pipeline/source/load-left-out.ts';
import { loadTables } from '../pipeline/source/load-tables.ts';
import type { Ask } from './ask.ts';
import { chooseTarget, type Target, type TargetOptions } from './connection/choose-target.ts';
import { findProject, type ProjectPlace } from './connection/find-project.ts';
import { readSchema } from './inspect/read-schema.ts';
import { type KnownFiles, propose } from './propose/propose.ts';
import type { Proposal } from './propose/proposal.ts';
import type { PlannedFile } from './render/planned-file.ts';
import { type InitResult, renderFiles, renderProposal } from './report.ts';
import { type FilePlan, planFiles } from './write/plan-files.ts';
import { writeFiles } from './write/write-files.ts';

export interface InitOptions extends TargetOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** What `init` works with. */
export interface InitPlace {
  readonly io: Io;
  readonly output: Output;
  readonly telemetry: Telemetry;
  /** Null where nobody can be asked. */
  readonly ask: Ask | null;
}

/**
 * Makes a project of a database, or adds what is new in it to one: looks at its tables, proposes how to move them, and
 * writes the files once it has consent. Changes nothing in the database. Throws what connecting and reading throw, a
 * UsageError for what is missing, and a RefusedError where a file cannot be added to.
 */
export async function runInit(options: InitOptions, init: InitPlace): Promise<InitResult> {
  const { io, output, ask } = init;
  const loadModule = createModuleLoader();
  const place = await findProject(io.workingDirectory, loadModule);
  const target = await chooseTarget(options, place, { ...io, ask });
  const proposal = await examine(target, { ...init, place, loadModule });
  const plan = await filesOf(proposal, target, { place, options });
  const warnings = await readableSecrets(plan.files, place.directory);
  const result = { proposal, plan, warnings, written: false, shown: false };
  if (plan.files.length === 0 || options.dryRun) return result;
  if (!options.yes) {
    if (ask === null) return result;
    output.note(renderProposal(proposal, output));
    output.note(`\n${renderFiles(plan, false)}\n`);
    if (!(await ask.confirm(`Write these files to ${place.directory}?`))) return { ...result, shown: true };
  }
  await writeFiles(plan.files, { directory: place.directory, loadModule });
  return { ...result, written: true, shown: !options.yes };
}

async function examine(
  { projectDatabase, config }: Target,
  {
    output,
    telemetry,
    place,
    loadModule,
  }: InitPlace & {
    readonly place: ProjectPlace;
    readonly loadModule: ModuleLoader;
  },
): Promise<Proposal> {
  const { directory } = place;
  const project: Project = place.project ?? { directory, databases: [], loadModule };
  const { tablePrefix } = config;
  telemetry.conceal(config.password.reveal());
  const files: KnownFiles = {
    entries:
      projectDatabase.tablesFile === null ? [] : await loadTables(project, projectDatabase, tablePrefix),
    leftOut: new Set((await loadLeftOut(project, projectDatabase, tablePrefix)).keys()),
    indexes: (await loadMigrations(project, projectDatabase, tablePrefix)).map(
      ({ definition }) => definition,
    ),
    tablePrefix,
  };
  await using databases = await openDatabases([{ ...projectDatabase, config }], telemetry);
  const { database } = databases.opened[0]!;
  const schema = await readSchema(database);
  output.note(
    `looking at ${formatCount(schema.tables.length)} tables of ${schema.schema} on ${schema.server.label}`,
  );
  return await propose(database, schema, files);
}

async function filesOf(
  proposal: Proposal,
  { projectDatabase, listed, config, variables }: Target,
  { place, options }: { readonly place: ProjectPlace; readonly options: InitOptions },
): Promise<FilePlan> {
  try {
    return await planFiles(
      proposal,
      {
        directory: place.directory,
        knexfile: place.knexfile,
        listed,
        tablesFile: projectDatabase.tablesFile,
        envFile: path.relative(place.directory, path.resolve(place.directory, options.envFile ?? '.env')),
        variables,
        tablePrefix: config.tablePrefix,
      },
      new Date(),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message, { hint: 'give the user another password', cause: error });
  }
}

/** A file that others may read and that gets a password keeps its mode: its owner may have a reason for it. */
async function readableSecrets(files: readonly PlannedFile[], directory: string): Promise<readonly string[]> {
  const added = files.filter(
    ({ change, adds }) => change === 'added' && adds?.includes('_DB_PASSWORD') === true,
  );
  const open = await Promise.all(
    added.map(async ({ file }) => ((await stat(path.join(directory, file))).mode & 0o077) !== 0),
  );
  return added
    .filter((_, at) => open[at])
    .map(({ file }) => `others may read ${file}, which gets a password: chmod 600 ${file}`);
}
