import path from 'node:path';
import type { ModuleLoader } from '../../config/module-loader.ts';
import { loadProject, nearestKnexfile, type Project } from '../../config/project.ts';
import { ConfigurationError, RefusedError } from '../../errors.ts';

/** The project that init adds to, or the folder in which it makes one. */
export interface ProjectPlace {
  readonly directory: string;
  readonly project: Project | null;
  /** Absolute; null where there is none. */
  readonly knexfile: string | null;
}

/**
 * Finds the project of a folder, as every command does. A knexfile of something else is left alone: above the folder it
 * does not count, in it it is in the way. Throws a RefusedError for that, and a ConfigurationError for one that cannot be
 * loaded.
 */
export async function findProject(directory: string, loadModule: ModuleLoader): Promise<ProjectPlace> {
  const knexfile = await nearestKnexfile(directory);
  if (knexfile === null) return { directory, project: null, knexfile: null };
  try {
    const project = await loadProject(directory, loadModule);
    return { directory: project.directory, project, knexfile };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    if (path.dirname(knexfile) !== path.resolve(directory))
      return { directory, project: null, knexfile: null };
    const foreign = error.faults.some((fault) => fault.includes('does not export "databases"'));
    if (!foreign) throw error;
    throw new RefusedError(`${path.basename(knexfile)} is there already, and is no project of tidemark`, {
      hint: 'run init in a folder of its own; nothing was written',
      cause: error,
    });
  }
}
