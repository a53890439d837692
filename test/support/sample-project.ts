import path from 'node:path';
import { createModuleLoader } from '../../src/config/module-loader.ts';
import { type TableChange, changeRows, seedDatabase } from '../../src/dev/seed.ts';
import { type CliOptions, databaseEnvironment } from './cli.ts';
import { openTestDatabase } from './database-config.ts';
import { type TestProject, copyProject } from './project.ts';
import { type TestSchema, type TestServer, createSchema } from './schemas.ts';

const SEED = 3;

export interface SampleSettings {
  /** Rows of the largest tables; null leaves the schemas empty. */
  readonly rows: number | null;
  /** Of Matomo's tables in the database. */
  readonly tablePrefix?: string;
}

/** The repository's project on schemas of a test's own. */
export interface SampleProject extends AsyncDisposable {
  readonly project: TestProject;
  readonly schemas: Readonly<Record<SampleDatabase, TestSchema>>;
  /** Runs the command line in the project, with an environment that names both databases. */
  readonly cli: Required<Pick<CliOptions, 'directory' | 'environment'>>;
  /** One round of changes, as the applications would make them; says what it touched. */
  changeRows(): Promise<readonly TableChange[]>;
}

export const SAMPLE_DATABASES = ['business', 'matomo'] as const;
export type SampleDatabase = (typeof SAMPLE_DATABASES)[number];

export async function createSampleProject(
  server: TestServer,
  settings: SampleSettings,
): Promise<SampleProject> {
  const { rows, tablePrefix = 'matomo_' } = settings;
  const project = await copyProject();
  const [business, matomo] = await Promise.all([createSchema(server), createSchema(server)]);
  const schemas = { business, matomo };
  /** Calls `work` with the options of each database's seeds. */
  const eachSeed = async <Result>(work: (options: Parameters<typeof changeRows>[0]) => Promise<Result>) =>
    Promise.all(
      SAMPLE_DATABASES.map(async (databaseName) => {
        await using database = await openTestDatabase(schemas[databaseName].settings);
        return await work({
          knex: database.knex,
          databaseName,
          seedsDirectory: path.join(project.directory, 'seeds'),
          loadModule: createModuleLoader(),
          rows: rows ?? 0,
          seed: SEED,
          round: 1,
          tablePrefix,
        });
      }),
    );
  if (rows !== null) await eachSeed(seedDatabase);
  return {
    project,
    schemas,
    cli: {
      directory: project.directory,
      environment: {
        ...databaseEnvironment('business', business.settings),
        ...databaseEnvironment('matomo', matomo.settings),
        MATOMO_TABLE_PREFIX: tablePrefix,
      },
    },
    changeRows: async () => (await eachSeed(changeRows)).flatMap(({ tables }) => tables),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([project, business, matomo].map((resource) => resource[Symbol.asyncDispose]()));
    },
  };
}
