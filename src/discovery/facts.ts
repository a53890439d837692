import type { ServerInfo } from '../databases/server.ts';
import type { ForeignKeyClause } from '../schema/foreign-key-clauses.ts';
import type { IntrospectedIndex } from '../schema/introspect-indexes.ts';
import type { TableInfo } from '../schema/introspect-tables.ts';

/** What a schema has, read once and without a row of its tables. */
export interface SchemaFacts {
  /** The key in `knexfile.ts`. */
  readonly database: string;
  readonly schema: string;
  readonly server: ServerInfo;
  readonly tables: readonly TableInfo[];
  readonly indexes: readonly IntrospectedIndex[];
  readonly clock: ServerClock;
  /** Writes wait for every DDL of a Galera cluster. */
  readonly galera: boolean;
}

export interface ServerClock {
  /** `@@global.time_zone`: an offset, a zone's name, or `SYSTEM`. */
  readonly timeZone: string;
  /** Minutes that the server's zone is ahead of UTC. */
  readonly offsetMinutes: number;
}

/** A table, what the dictionary has of it. */
export interface TableFacts {
  readonly table: TableInfo;
  /** The table's own. */
  readonly indexes: readonly IntrospectedIndex[];
}

/** What a bounded read of a table's last rows found. */
export interface TableSample {
  readonly rows: number;
  /** When it was read, by the server, in UTC and as the server writes a DATETIME(6). */
  readonly utc: string;
  /** By the column's name. */
  readonly columns: ReadonlyMap<string, ColumnSample>;
}

export interface ColumnSample {
  readonly nulls: number;
  /** Zero dates, or zeros of a number. */
  readonly zeros: number;
  readonly distinct: number;
  /** Values more than a minute later than the server's clock; of numbers, none. */
  readonly future: number;
  /** The latest value as the server writes it; null where there is none. */
  readonly latest: string | null;
  /** The least value that is not zero. */
  readonly earliest: string | null;
  /** Rows whose value is later than that of the column that says when they were made; null where nothing does. */
  readonly moved: number | null;
}

/** What reading a table gave. */
export type TableReading =
  | {
      readonly kind: 'read';
      /** Null for a table of which no column had to be looked at. */
      readonly sample: TableSample | null;
      readonly foreignKeys: readonly ForeignKeyClause[];
    }
  /** The sample took too long. */
  | { readonly kind: 'slow'; readonly foreignKeys: readonly ForeignKeyClause[] }
  | { readonly kind: 'refused'; readonly reason: string };
