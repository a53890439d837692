import path from 'node:path';
import { z } from 'zod';
import { physicalTableName, type TablePrefix } from '../../config/database-config.ts';
import { didYouMean } from '../../config/nearest.ts';
import { importProjectModule, type Project, type ProjectDatabase } from '../../config/project.ts';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { TableSpec } from './table-spec.ts';

/** A table that the project extracts. */
export interface ExtractedTable {
  /** The table's name in the database. */
  readonly name: string;
  /** The name that the former one had in the database, for a renamed table. */
  readonly formerName: string | null;
  readonly spec: TableSpec;
}

const name = z.string().min(1).max(64);
const schema: z.ZodType<TableSpec> = z
  .strictObject({
    table: name,
    cursor: name,
    index: name,
    skipScan: z.array(name).min(1).readonly(),
    epoch: z.enum(['seconds', 'milliseconds', 'microseconds']),
    timeZone: z.string().regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'expected an offset such as "+08:00"'),
    lookback: z.number().int().nonnegative(),
    nullCursor: z.enum(['include', 'ignore', 'error']),
    zeroDates: z.enum(['null', 'text', 'error']),
    include: z.array(name).min(1).readonly(),
    exclude: z.array(name).readonly(),
    mask: z.record(name, z.enum(['hash', 'null', 'last-four'])).readonly(),
    append: z.boolean(),
    renamedFrom: name,
  })
  .partial()
  .required({ table: true, cursor: true, index: true })
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
    const result = schema.safeParse(entry);
    const label = tableLabel(entry, position);
    if (result.success) specs.push(result.data);
    else faults.push(...result.error.issues.map((issue) => `${file}, ${label}: ${describeIssue(issue)}`));
  }
  const names = specs.map((spec) => spec.table);
  for (const repeated of new Set(names.filter((table, position) => names.indexOf(table) !== position))) {
    faults.push(`${file}: table "${repeated}" is listed more than once`);
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return specs.map((spec) => ({
    name: physicalTableName(tablePrefix, spec.table),
    formerName: spec.renamedFrom === undefined ? null : physicalTableName(tablePrefix, spec.renamedFrom),
    spec,
  }));
}

/** The tables of these names; all of them where no name is given. Throws a UsageError with the nearest name. */
export function selectTables(
  tables: readonly ExtractedTable[],
  names: readonly string[],
): readonly ExtractedTable[] {
  if (names.length === 0) return tables;
  const known = tables.map((table) => table.name);
  const matches = (table: ExtractedTable, wanted: string) =>
    table.name === wanted || table.spec.table === wanted;
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
