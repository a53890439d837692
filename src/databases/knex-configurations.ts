import path from 'node:path';
import type { Knex } from 'knex';
import type { DatabaseSpecs } from '../config/database-spec.ts';
import { loadEnvironment } from '../config/env-files.ts';
import { type Environment, parseDatabaseConfig } from '../config/environment.ts';
import { ConfigurationError } from '../errors.ts';

/**
 * The default export of `knexfile.ts`, for the knex CLI: one configuration per database, its seeds included. Throws a
 * ConfigurationError with every fault of every database.
 */
export function knexConfigurations(
  specs: DatabaseSpecs,
  options: { readonly environment: Environment; readonly projectDirectory: string },
): () => Promise<Readonly<Record<string, Knex.Config>>> {
  return async () => {
    // Loaded here because every command imports knexfile.ts and none of them needs this.
    const [{ driverSettings }, { knexConfig }] = await Promise.all([
      import('./driver-settings.ts'),
      import('./knex-config.ts'),
    ]);
    const { variables } = await loadEnvironment({
      processEnvironment: options.environment,
      projectDirectory: options.projectDirectory,
      envFile: null,
      databaseNames: Object.keys(specs),
    });
    const parsed = Object.entries(specs).map(([name, spec]) => parseDatabaseConfig(name, spec, variables));
    const faults = parsed.flatMap((result) => (result.kind === 'invalid' ? result.faults : []));
    if (faults.length > 0) throw new ConfigurationError(faults, { hint: 'set the variables in .env' });
    const configurations = await Promise.all(
      parsed.map(async (result) => {
        if (result.kind === 'invalid') throw new ConfigurationError(result.faults);
        const { config } = result;
        const settings = await driverSettings(
          config,
          config.tls.mode === 'required' || config.tls.mode === 'verify',
        );
        const seeds = {
          directory: path.join(options.projectDirectory, 'seeds', config.name),
          loadExtensions: ['.ts'],
        };
        return [config.name, { ...knexConfig(config, settings), seeds }] as const;
      }),
    );
    return Object.fromEntries(configurations);
  };
}
