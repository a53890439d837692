import type { TableSpec, WatermarkSpec, WholeSpec } from '../../pipeline/source/table-spec.ts';
import type { IndexDefinition } from '../../schema/index-definition.ts';

/** What is proposed for a database. */
export interface Proposal {
  readonly database: string;
  readonly schema: string;
  /** As a person reads it, such as `MySQL 9.7.4`. */
  readonly server: string;
  /** Names of the applications whose tables were recognized, each with its prefix. */
  readonly applications: readonly string[];
  readonly tables: readonly TableProposal[];
}

/** What is proposed for one table or view. */
export interface TableProposal {
  /** The table's name in the database. */
  readonly table: string;
  /** The server's estimates. */
  readonly rows: number;
  readonly bytes: number;
  /** What speaks for the choice, each a phrase. */
  readonly evidence: readonly string[];
  /** What speaks against it. */
  readonly warnings: readonly string[];
  readonly choice: Choice;
}

export type Choice =
  | {
      readonly kind: 'move';
      /** `table` as the project's files write it. */
      readonly spec: WatermarkSpec;
      readonly index: ProposedIndex;
    }
  /** Moved whole or by comparison. */
  | { readonly kind: 'move-whole'; readonly spec: WholeSpec }
  | { readonly kind: 'leave-out'; readonly reason: string }
  /** The table file mentions it already: an entry, whose index may have to be built, or a table that is left out. */
  | { readonly kind: 'listed'; readonly spec: TableSpec | null; readonly index: ProposedIndex | null };

/** The index that serves a cursor. */
export type ProposedIndex =
  | { readonly kind: 'exists'; readonly name: string }
  /** A migration file declares it already. */
  | { readonly kind: 'declared'; readonly name: string }
  | {
      readonly kind: 'build';
      readonly definition: IndexDefinition;
      /** Bytes, about. */
      readonly bytes: number;
      readonly ddl: DdlClass;
    };

/**
 * How the table can be used while the index is built: written to (`online`), written to, with the partitions read one
 * after the other (`partitioned`), or only read or not at all (`blocking`).
 */
export type DdlClass = 'online' | 'partitioned' | 'blocking';

/** What the table file gets of a choice: an entry, as plain data. */
export function newEntry(choice: Choice): Readonly<Record<string, unknown>> | null {
  return choice.kind === 'move' || choice.kind === 'move-whole' ? { ...choice.spec } : null;
}

/** Why the table file leaves a table out that it did not mention; null where it does not. */
export function newReason(choice: Choice): string | null {
  return choice.kind === 'leave-out' ? choice.reason : null;
}

export function indexName(index: ProposedIndex): string {
  return index.kind === 'build' ? index.definition.name : index.name;
}
