import type { Session } from './session.ts';

/** What the session's user may do, as `SHOW GRANTS` says, roles in effect included. */
export interface Grants {
  /** `user`@`host` of the account, quoted for a GRANT. */
  readonly account: string;
  /**
   * Whether a privilege holds on a table; on all tables of a schema if `table` is null; on the whole server, as PROCESS
   * must, if `schema` is null too.
   */
  allows(privilege: string, schema: string | null, table: string | null): boolean;
}

interface GrantLine {
  readonly privileges: ReadonlySet<string>;
  readonly schema: string;
  readonly table: string;
}

/** Reads the grants of the session's user. Throws the server's error where it does not tell. */
export async function readGrants(session: Session): Promise<Grants> {
  const role = await session.value<string>('SELECT CURRENT_ROLE()').catch(() => null);
  const account = quoteAccount(String(await session.value('SELECT CURRENT_USER()')));
  // MariaDB expands the current role by itself; MySQL wants to be told.
  const lines =
    role !== null && role !== 'NONE' && role.includes('@')
      ? await session.query(`SHOW GRANTS FOR CURRENT_USER() USING ${role}`)
      : await session.query('SHOW GRANTS');
  const grants = lines.flatMap((line) => parseGrant(String(Object.values(line)[0])));
  return {
    account,
    allows: (privilege, schema, table) =>
      grants.some(
        (grant) =>
          (grant.privileges.has(privilege) || grant.privileges.has('ALL PRIVILEGES')) &&
          (grant.schema === '*' || (schema !== null && matchesPattern(schema, grant.schema))) &&
          (grant.table === '*' || grant.table === table),
      ),
  };
}

/** ``GRANT SELECT, INSERT (`c`) ON `schema`.* TO …``; anything else (roles, proxies) grants no privilege by itself. */
function parseGrant(line: string): readonly GrantLine[] {
  const match =
    /^GRANT (?<privileges>.+?) ON (?:TABLE )?(?<schema>\*|`(?:[^`]|``)+`)\.(?<table>\*|`(?:[^`]|``)+`) TO /.exec(
      line,
    );
  const { privileges, schema, table } = match?.groups ?? {};
  if (privileges === undefined || schema === undefined || table === undefined) return [];
  // Privileges on columns do not count for a table.
  const names = privileges.replaceAll(/\w+ \([^)]*\)/g, '').split(',');
  return [
    {
      privileges: new Set(names.map((name) => name.trim()).filter((name) => name !== '')),
      schema: unquote(schema),
      table: unquote(table),
    },
  ];
}

function unquote(identifier: string): string {
  return identifier.startsWith('`') ? identifier.slice(1, -1).replaceAll('``', '`') : identifier;
}

/** A schema in a GRANT is a LIKE pattern: `%` and `_` are wildcards unless escaped. */
function matchesPattern(schema: string, pattern: string): boolean {
  const expression = pattern.replaceAll(
    /\\(?<escaped>[%_\\])|[%_]|[.*+?^${}()|[\]\\]/g,
    (found, escaped?: string) => {
      if (escaped !== undefined) return `\\${escaped}`.replace(/\\(?=[%_])/, '');
      if (found === '%') return '.*';
      return found === '_' ? '.' : `\\${found}`;
    },
  );
  return new RegExp(`^${expression}$`, 'is').test(schema);
}

function quoteAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return `'${account.slice(0, at)}'@'${account.slice(at + 1)}'`;
}
