import path from 'node:path';
import { newMigrationName } from '../../migrations/migration-name.ts';
import { renderMigration } from '../../migrations/render-migration.ts';
import type { TableProposal } from '../propose/proposal.ts';
import { newFile, type PlannedFile } from './planned-file.ts';

/** A migration file for each index that is to be built, a second apart, so that their order is that of the tables. */
export function migrationFiles(
  directory: string,
  {
    tables,
    written,
  }: { readonly tables: readonly TableProposal[]; readonly written: (table: string) => string },
  now: Date,
): readonly PlannedFile[] {
  const builds = tables.flatMap(({ table, choice }) => {
    const index = 'index' in choice ? choice.index : null;
    return index?.kind === 'build' ? [{ table: written(table), index }] : [];
  });
  return builds.map(({ table, index: { definition, ddl } }, position) => {
    const columns = definition.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
    const text = renderMigration({
      table,
      name: definition.name,
      columns,
      ...(ddl === 'blocking' ? { online: false } : {}),
      description: `Extracting what changed in ${table}, in the order of (${columns.join(', ')}).`,
    });
    const name = newMigrationName(new Date(now.getTime() + position * 1000), table, definition.name);
    return newFile(path.join(directory, `${name}.ts`), text);
  });
}
