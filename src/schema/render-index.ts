import { quoteIdentifier, quoteString } from '../databases/identifiers.ts';
import { type ServerInfo, atLeast } from '../databases/server.ts';
import type { IndexDefinition, IndexPart } from './index-definition.ts';

/** `ADD INDEX …` of an index, as a clause of `ALTER TABLE`. */
export function renderAddIndex(index: IndexDefinition, server: ServerInfo): string {
  const kind = index.type === 'BTREE' ? (index.unique ? 'UNIQUE INDEX' : 'INDEX') : `${index.type} INDEX`;
  const parts = index.parts.map(renderPart).join(', ');
  const comment = index.comment === '' ? '' : ` COMMENT ${quoteString(index.comment)}`;
  const hidden = index.visible ? '' : ` ${hiddenKeyword(server)}`;
  return `ADD ${kind} ${quoteIdentifier(index.name)} (${parts})${comment}${hidden}`;
}

/** `DROP INDEX …`, as a clause of `ALTER TABLE`. */
export function renderDropIndex(name: string): string {
  return `DROP INDEX ${quoteIdentifier(name)}`;
}

/** `ALTER INDEX …`, which shows an index to the optimizer or hides it, as a clause of `ALTER TABLE`. */
export function renderIndexVisibility(name: string, visible: boolean, server: ServerInfo): string {
  const keyword = hiddenKeyword(server);
  const shown = keyword === 'IGNORED' ? 'NOT IGNORED' : 'VISIBLE';
  return `ALTER INDEX ${quoteIdentifier(name)} ${visible ? shown : keyword}`;
}

/**
 * One `ALTER TABLE` of several clauses. Online, it names ALGORITHM and LOCK, so that the server refuses (errors 1845,
 * 1846) where it would otherwise copy the table or block its writers.
 */
export function renderAlterTable(
  table: string,
  clauses: readonly string[],
  options: { readonly online: boolean; readonly server: ServerInfo },
): string {
  const all = options.online
    ? [...clauses, `ALGORITHM=${onlineAlgorithm(options.server)}`, 'LOCK=NONE']
    : clauses;
  return `ALTER TABLE ${quoteIdentifier(table)} ${all.join(', ')}`;
}

/** NOCOPY (MariaDB 10.3.2) is INPLACE that also refuses to rebuild the clustered index. */
function onlineAlgorithm(server: ServerInfo): 'INPLACE' | 'NOCOPY' {
  return server.flavour === 'mariadb' && atLeast(server.version, [10, 3, 2]) ? 'NOCOPY' : 'INPLACE';
}

function renderPart(part: IndexPart): string {
  const direction = part.descending ? ' DESC' : '';
  if (part.kind === 'expression') return `(${part.expression})${direction}`;
  const prefix = part.length === null ? '' : `(${part.length})`;
  return `${quoteIdentifier(part.name)}${prefix}${direction}`;
}

function hiddenKeyword(server: ServerInfo): 'INVISIBLE' | 'IGNORED' {
  const keyword = server.capabilities.hiddenIndexKeyword;
  if (keyword === null)
    throw new Error(`${server.label} cannot hide an index; preflight must have refused it`);
  return keyword;
}
