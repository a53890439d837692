import path from 'node:path';
import { z } from 'zod';
import { physicalTableName, type TablePrefix } from '../../config/database-config.ts';
import { DURATION } from '../../config/duration.ts';
import { didYouMean } from '../../config/nearest.ts';
import { importProjectModule, type Project, type ProjectDatabase } from '../../config/project.ts';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { TableSpec } from './table-spec.ts';

/** A table that the project extracts. */
export interface ExtractedTable {
  /** The table's name in the database. */
  readonly name: string;
  /** The name of its table in the sink. */
  readonly target: string;
  /** The name of the sink's table before, for a table that was renamed at the source or in the sink. */
  readonly formerName: string | null;
  readonly spec: TableSpec;
}

const name = z.string().min(1).max(64);
/** Characters, and not the units of a JavaScript string, of which one beyond the basic plane has two. */
const targetName = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,64}$/u, 'expected 1 to 64 characters, none of them a control character');
/** What an entry of any strategy may have. */
const common = {
  table: name,
  as: targetName,
  zeroDates: z.enum(['null', 'text', 'error']),
  include: z.array(name).min(1).readonly(),
  exclude: z.array(name).readonly(),
  mask: z.record(name, z.enum(['hash', 'null', 'last-four'])).readonly(),
  renamedFrom: name,
  maxLag: z.string().regex(DURATION, 'expected a duration such as "90s", "15m", "6h" or "2d"'),
};
const watermark: z.ZodType<TableSpec> = z
  .strictObject({
    ...common,
    strategy: z.enum(['watermark'], "expected 'watermark', 'full' or 'compare'"),
    cursor: name,
    index: name,
    skipScan: z.array(name).min(1).readonly(),
    epoch: z.enum(['seconds', 'milliseconds', 'microseconds']),
    timeZone: z.string().regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'expected an offset such as "+08:00"'),
    lookback: z.number().int().nonnegative(),
    nullCursor: z.enum(['include', 'ignore', 'error']),
    append: z.boolean(),
  })
  .partial()
  .required({ table: true, cursor: true, index: true })
  .readonly() as z.ZodType<TableSpec>;
const whole: z.ZodType<TableSpec> = z
  .strictObject({ ...common, strategy: z.enum(['full', 'compare']) })
  .partial()
  .required({ table: true, strategy: true })
  .readonly() as z.ZodType<TableSpec>;

/**
 * Reads `tables/<database>.ts`. Throws a ConfigurationError that names the file and lists every fault; without a file,
 * one that says how to make it.
 */
export async function loadTables(
  project: Project,
  database: ProjectDatabase,
  tablePrefix: TablePrefix | null,
): Promise<readonly ExtractedTable[]> {
  if (database.tablesFile === null) {
    throw new ConfigurationError([`database "${database.name}" has no tables/${database.name}.ts`], {
      hint: `say what is extracted: export default defineTables([{ table: "…", cursor: "…", index: "…" }])`,
    });
  }
  const file = path.relative(project.directory, database.tablesFile);
  const exported = (await importProjectModule(database.tablesFile, project))['default'];
  if (!Array.isArray(exported)) {
    throw new ConfigurationError([`${file} does not export a list of tables`], {
      hint: 'export default defineTables([{ table: "…", cursor: "…", index: "…" }])',
    });
  }
  const specs: TableSpec[] = [];
  const faults: string[] = [];
  for (const [position, entry] of exported.entries()) {
    const result = (isWhole(entry) ? whole : watermark).safeParse(entry);
    const label = tableLabel(entry, position);
    if (result.success) specs.push(result.data);
    else faults.push(...result.error.issues.map((issue) => `${file}, ${label}: ${describeIssue(issue)}`));
  }
  const names = specs.map((spec) => spec.table);
  for (const repeated of new Set(names.filter((table, position) => names.indexOf(table) !== position))) {
    faults.push(`${file}: table "${repeated}" is listed more than once`);
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  const tables = specs.map((spec) => extractedTable(spec, tablePrefix));
  return tables.map((table) => (isTaken(table.formerName, tables) ? { ...table, formerName: null } : table));
}

/** Whether an entry is of a strategy without a cursor. */
function isWhole(entry: unknown): boolean {
  const strategy = typeof entry === 'object' && entry !== null && 'strategy' in entry ? entry.strategy : null;
  return strategy === 'full' || strategy === 'compare';
}

/** Whether a former name is what another table is called now, or cannot be told from it in some sink. */
function isTaken(formerName: string | null, tables: readonly ExtractedTable[]): boolean {
  return tables.some(({ target }) => target.toLowerCase() === formerName?.toLowerCase());
}

/** A table that a project extracts, given what its file says. */
export function extractedTable(spec: TableSpec, tablePrefix: TablePrefix | null): ExtractedTable {
  const physical = physicalTableName(tablePrefix, spec.table);
  const target = spec.as ?? physical;
  const former = spec.renamedFrom === undefined ? physical : physicalTableName(tablePrefix, spec.renamedFrom);
  return { name: physical, target, formerName: former === target ? null : former, spec };
}

/**
 * The tables of these names, which are the source's or, where it has no such table, the sink's; all of them where no name
 * is given. Throws a UsageError with the nearest name.
 */
export function selectTables(
  tables: readonly ExtractedTable[],
  names: readonly string[],
): readonly ExtractedTable[] {
  if (names.length === 0) return tables;
  const known = tables.map((table) => table.name);
  const ofSource = (table: ExtractedTable, wanted: string) =>
    table.name === wanted || table.spec.table === wanted;
  const matches = (table: ExtractedTable, wanted: string) =>
    ofSource(table, wanted) || (table.target === wanted && !tables.some((other) => ofSource(other, wanted)));
  const unknown = names.filter((wanted) => !tables.some((table) => matches(table, wanted)));
  if (unknown.length > 0) {
    throw new UsageError(`not an extracted table: ${unknown.map((wanted) => `"${wanted}"`).join(', ')}`, {
      hint: unknown.map((wanted) => didYouMean(wanted, known, 'tables')),
    });
  }
  return tables.filter((table) => names.some((wanted) => matches(table, wanted)));
}

function tableLabel(entry: unknown, position: number): string {
  const table =
    typeof entry === 'object' && entry !== null ? (entry as { table?: unknown }).table : undefined;
  return typeof table === 'string' ? `table "${table}"` : `entry ${position + 1}`;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}": `;
  return `${where}${issue.message}`;
}
