import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import type { ProjectDatabase } from '../config/project.ts';
import type { Context } from '../context.ts';
import { openDatabase } from '../databases/database.ts';
import { quoteIdentifier } from '../databases/identifiers.ts';
import { startLocalServers } from './servers/local-servers.ts';

/** Where a database of a development run is. */
export interface DevelopmentDatabase {
  readonly name: string;
  readonly schema: string;
  /** `host:port`, or the socket's path. */
  readonly address: string;
  /** Named by the user's environment, or started here. */
  readonly origin: 'user' | 'local-server';
}

export interface DevelopmentServers {
  readonly databases: readonly DevelopmentDatabase[];
  /** Whether there was nothing to start and no schema to create. */
  readonly alreadyThere: boolean;
}

/**
 * Makes sure that each of these databases has a server and a schema: those that the user names are used as they are, for
 * the others a local server is found or started.
 */
export async function startDevelopmentServers(
  context: Context,
  selected: readonly ProjectDatabase[],
): Promise<DevelopmentServers> {
  const own = context.configure(selected.filter(({ name }) => context.originOf(name) === 'user'));
  const unnamed = selected.filter(({ name }) => context.originOf(name) !== 'user');
  const created: boolean[] = [];
  for (const { config } of own) created.push(await ensureSchema(config, context.output.note));
  const local = unnamed.length === 0 ? null : await startUnnamed(context, unnamed);
  return {
    databases: [
      ...own.map(({ name, config }) => ({
        name,
        schema: config.schema,
        address: serverAddress(config),
        origin: 'user' as const,
      })),
      ...(local?.databases ?? []).map(({ name, schema, host, port }) => ({
        name,
        schema,
        address: `${host}:${port}`,
        origin: 'local-server' as const,
      })),
    ],
    alreadyThere: !created.includes(true) && (local === null || local.alreadyRunning),
  };
}

async function startUnnamed(
  { project, environment, output, signal }: Context,
  unnamed: readonly ProjectDatabase[],
) {
  const servers = await startLocalServers({
    projectDirectory: project.directory,
    databases: unnamed.map(({ name, spec }) => ({ name, schema: spec.schema ?? name })),
    environment,
    report: output.note,
    signal,
  });
  output.note(`server: ${servers.description}${servers.alreadyRunning ? ', already running' : ''}`);
  return servers;
}

/** Creates the schema on the user's own server if it is not there. Returns whether it did. */
async function ensureSchema(config: DatabaseConfig, note: (line: string) => void): Promise<boolean> {
  // Every server has information_schema, so this connects whether or not the schema is there yet.
  await using database = await openDatabase({ ...config, schema: 'information_schema' });
  await using session = await database.session();
  const known = await session.value('SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?', [
    config.schema,
  ]);
  if (known !== null) return false;
  note(`${config.name}: creating schema ${config.schema} on ${serverAddress(config)}`);
  await session.execute(
    `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(config.schema)} CHARACTER SET utf8mb4`,
  );
  return true;
}
