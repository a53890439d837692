import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-file.ts';
import { ConfigurationError } from '../errors.ts';
import { indexDefinitionSchema } from '../schema/index-definition-schema.ts';
import { type IndexDefinition, definitionOf } from '../schema/index-definition.ts';
import { jsonText } from '../schema/json-text.ts';

/** An index that the application owns: verification expects it as it is and never calls it unrecorded. */
export type BaselineIndex = IndexDefinition;

const baselineFile = jsonText.pipe(z.strictObject({ indexes: z.array(indexDefinitionSchema) }));

/** Where a database's baseline lies: with its migrations, so that a review sees it change. */
export function baselinePath(migrationsDirectory: string): string {
  return path.join(migrationsDirectory, 'baseline.json');
}

/** Reads a baseline; empty where there is none. Throws a ConfigurationError for a file that is not one. */
export async function readBaseline(file: string): Promise<readonly BaselineIndex[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ConfigurationError([`cannot read ${file}: ${(error as Error).message}`], { cause: error });
  }
  const parsed = baselineFile.safeParse(text);
  if (parsed.success) return parsed.data.indexes;
  throw new ConfigurationError([`${file} is not a baseline: ${z.prettifyError(parsed.error)}`], {
    hint: 'regenerate it with "tidemark verify --update-baseline --db NAME"',
  });
}

/** Writes a baseline, by table and name, so that its changes are easy to review. */
export async function writeBaseline(file: string, indexes: readonly BaselineIndex[]): Promise<void> {
  const sorted = indexes
    .map(definitionOf)
    .toSorted((one, other) =>
      `${one.table}\n${one.name}`.localeCompare(`${other.table}\n${other.name}`, 'en'),
    );
  await writeFileAtomically(file, `${JSON.stringify({ indexes: sorted }, null, 2)}\n`);
}
