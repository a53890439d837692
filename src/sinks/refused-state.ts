import { RefusedError } from '../errors.ts';
import type { TableName } from './sink.ts';

/** State that cannot be read: `where` is what to restore, `why` what is wrong with it. */
export function damagedState(where: string, why: string, cause?: unknown): RefusedError {
  return new RefusedError(`${where} is damaged: ${why}`, {
    cause,
    hint: 'restore it, or name another place; in a new one the next run reloads every table',
  });
}

/** State that a later tidemark wrote, which knows more than this one: to write it would lose that. */
export function newerState(where: string, format: number, known: number): RefusedError {
  return new RefusedError(`${where} has state of format ${format}; this tidemark knows format ${known}`, {
    hint: 'use the tidemark that wrote it, or a newer one, or name another place',
  });
}

/**
 * The format of a sink's state, of which `known` is the last. Throws a RefusedError for a newer one, and for what is no
 * format.
 */
export function checkedFormat(where: string, format: unknown, known: number): number {
  const version = typeof format === 'number' || typeof format === 'string' ? Number(format) : Number.NaN;
  if (!Number.isInteger(version) || version < 1)
    throw damagedState(where, `${JSON.stringify(format) ?? 'nothing'} is no format of its state`);
  if (version > known) throw newerState(where, version, known);
  return version;
}

/** Whether the tables of a sink's state are there: all of them, or none. Throws a RefusedError where some are missing. */
export function hasStateTables(
  where: string,
  present: ReadonlySet<unknown>,
  tables: readonly string[],
): boolean {
  const missing = tables.filter((name) => !present.has(name));
  if (missing.length === tables.length) return false;
  if (missing.length === 0) return true;
  throw damagedState(where, `it has no table ${missing.map((name) => `_tidemark.${name}`).join(', ')}`);
}

/** A table of which a sink has no state that could be replaced. */
export function noState(location: string, { database, table }: TableName): RefusedError {
  return new RefusedError(`${location} has no state of ${database}.${table}`, {
    hint: `load the table first: tidemark extract-load --db=${database} --table=${table}`,
  });
}
