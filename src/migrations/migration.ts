import { createHash } from 'node:crypto';
import type { IndexDefinition } from '../schema/index-definition.ts';
import type { BuildStrategy } from './define-index.ts';

/** A migration of one database: a file that declares an index, with the table's name as the database has it. */
export interface Migration {
  /** The file's name without its extension; names sort in the order in which migrations run. */
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly definition: IndexDefinition;
  readonly online: boolean;
  /** Null leaves the choice to the run. */
  readonly strategy: BuildStrategy | null;
  readonly description: string;
  readonly checksum: string;
}

/**
 * SHA-256, in hexadecimal, of what an index is. How it is built (`online`, `strategy`) and its description are not part
 * of it: they may change after the index was built.
 */
export function definitionChecksum(definition: IndexDefinition): string {
  const { table, name, parts, unique, type, visible, comment } = definition;
  const canonicalParts = parts.map((part) =>
    part.kind === 'column'
      ? ['column', part.name, part.length, part.descending]
      : ['expression', part.expression, part.descending],
  );
  const canonical = JSON.stringify([table, name, canonicalParts, unique, type, visible, comment]);
  return createHash('sha256').update(canonical).digest('hex');
}
