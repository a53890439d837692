/** What is known of a table of an application, whatever its columns are called. */
export interface KnownTable {
  /** Of the table's name without its prefix, in lower case. */
  readonly name: RegExp;
  /** The column that moves with every change. */
  readonly cursor?: string;
  /** Rows are added and never changed: what says when, or a growing id, is enough. */
  readonly appendOnly?: boolean;
  /** No column of it says when a row changed, whatever its name sounds like. */
  readonly noCursor?: boolean;
  /** Why it is left out. */
  readonly leaveOut?: string;
  readonly because?: string;
}

/** An application whose tables are known. */
export interface Application {
  readonly name: string;
  /** Names, without a prefix, of tables that it always has and hardly any other application has together. */
  readonly signature: readonly string[];
  /** The application writes its DATETIMEs in UTC, whatever the server's zone is. */
  readonly utc: boolean;
  /** The first that matches counts. */
  readonly tables: readonly KnownTable[];
}

/** An application that a schema has, with the prefix of its tables. */
export interface FoundApplication {
  readonly application: Application;
  readonly prefix: string;
}

/** Finds applications by the tables that they always have, each with every prefix that it is there with. */
export function findApplications(
  applications: readonly Application[],
  tables: readonly string[],
): readonly FoundApplication[] {
  const names = new Set(tables.map((table) => table.toLowerCase()));
  return applications.flatMap((application) => {
    const [first = '', ...others] = application.signature;
    const prefixes = [...names]
      .filter((name) => name.endsWith(first))
      .map((name) => name.slice(0, name.length - first.length));
    return prefixes
      .filter((prefix) => others.every((other) => names.has(prefix + other)))
      .map((prefix) => ({ application, prefix }));
  });
}

/** What is known of a table, by the application with the longest prefix that has something to say. */
export function knownTable(
  table: string,
  found: readonly FoundApplication[],
): { readonly known: KnownTable; readonly application: Application } | null {
  const name = table.toLowerCase();
  const byPrefix = found.toSorted((left, right) => right.prefix.length - left.prefix.length);
  for (const { application, prefix } of byPrefix) {
    if (!name.startsWith(prefix)) continue;
    const known = application.tables.find((candidate) => candidate.name.test(name.slice(prefix.length)));
    if (known !== undefined) return { known, application };
  }
  return null;
}

/**
 * The application that writes a table's times in UTC, or null: of those with the longest prefix that the name begins with,
 * where all of them do.
 */
export function writerInUtc(table: string, found: readonly FoundApplication[]): Application | null {
  const name = table.toLowerCase();
  const owners = found.filter(({ prefix }) => name.startsWith(prefix));
  const longest = Math.max(...owners.map(({ prefix }) => prefix.length));
  const nearest = owners.filter(({ prefix }) => prefix.length === longest);
  return nearest.every(({ application }) => application.utc) ? (nearest[0]?.application ?? null) : null;
}
