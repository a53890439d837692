import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { ServerFlavour } from '../../databases/server.ts';
import { BYTES } from '../../rows/column-type.ts';
import type { IntrospectedIndex } from '../../schema/introspect-indexes.ts';
import type { ColumnInfo, TableInfo } from '../../schema/introspect-tables.ts';
import { identityOf, isUnicode } from './key-identity.ts';
import type { SourceColumn } from './source-table.ts';
import type { TableKey } from './table-indexes.ts';

/** Columns of this prefix stand beside the key's own in a sink, where rows are matched by them. */
const HIDDEN_PREFIX = '_tidemark_key_';

/** A table's key: its order, and what tells its rows apart. */
export interface ResolvedKey {
  /** The key's columns as an order reads them. */
  readonly key: readonly SourceColumn[];
  readonly identity: readonly SourceColumn[];
  /** Columns of the identity that the table does not have. */
  readonly hidden: readonly SourceColumn[];
  /** Columns of the key's order that are read for positions alone. */
  readonly further: readonly SourceColumn[];
  readonly rules: readonly string[];
  readonly faults: readonly string[];
}

/** Resolves a key. `find` has the column that is read of a name. */
export function resolveKey(
  { columns, index }: TableKey,
  facts: {
    readonly table: TableInfo;
    /** The table's own. */
    readonly indexes: readonly IntrospectedIndex[];
    readonly flavour: ServerFlavour;
  },
  find: (name: string) => SourceColumn,
): ResolvedKey {
  const { table, indexes, flavour } = facts;
  const parts = indexes.find((candidate) => candidate.name === index)?.parts ?? [];
  const resolved = columns.map((name, at) => {
    const info = table.columns.find((column) => column.name === name)!;
    const part = parts[at];
    const prefix = part?.kind === 'column' ? part.length : null;
    return { info, column: find(name), identity: identityOf(info, prefix, flavour) };
  });
  const key = resolved.map(({ column, info }) => inOrder(column, info));
  const identity = resolved.map(({ column, identity: found }) =>
    found.kind === 'expression' ? hiddenColumn(column, found.expression) : column,
  );
  const hidden = identity.filter((column) => resolved.every((part) => part.column !== column));
  return {
    key,
    identity,
    hidden,
    further: key.filter((column) => resolved.every((part) => part.column !== column)),
    rules: resolved.flatMap(({ identity: found }) => (found.kind === 'expression' ? [found.rule] : [])),
    faults: [
      ...resolved.flatMap(({ info, identity: found }) =>
        found.kind === 'unknown'
          ? [
              `key column "${info.name}" has the collation ${found.collation}, whose comparisons the server's sort keys do not follow; give the column another collation`,
            ]
          : [],
      ),
      ...hidden
        .filter(({ name }) =>
          table.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()),
        )
        .map(({ name }) => `column "${name}" is where the sort key of a key column goes; rename it`),
    ],
  };
}

/**
 * A column as an order reads it. Text of a character set that has what utf8mb4 has not is read and compared by its bytes:
 * `?` would not say where reading goes on.
 */
export function inOrder(column: SourceColumn, info: ColumnInfo): SourceColumn {
  if (!isLossy(info)) return column;
  return {
    name: column.name,
    type: BYTES,
    expression: `CAST(${quoteIdentifier(column.name)} AS BINARY)`,
    nullable: column.nullable,
    mask: null,
    characterSet: info.characterSet!,
  };
}

/** Whether the server may convert texts of a column to utf8mb4 that it has no characters for. */
export function isLossy({ characterSet }: ColumnInfo): boolean {
  return characterSet !== null && !isUnicode(characterSet);
}

function hiddenColumn({ name }: SourceColumn, expression: string): SourceColumn {
  return { name: `${HIDDEN_PREFIX}${name}`, type: BYTES, expression, nullable: false, mask: null };
}
