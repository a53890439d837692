import type { Database } from '../databases/database.ts';
import { groupBy } from '../schema/group-by.ts';
import { renderAddIndex, renderAlterTable } from '../schema/render-index.ts';
import type { BuildStrategy } from './define-index.ts';
import type { Inspection } from './inspect.ts';
import type { Candidate } from './preflight/check.ts';

/** One ALTER TABLE, or one run of a tool that copies the table. */
export interface PlannedStatement {
  readonly table: string;
  readonly builds: readonly Candidate[];
  readonly online: boolean;
  readonly strategy: BuildStrategy;
  /** `ADD INDEX …` of each build, without the ALTER TABLE around them. */
  readonly clauses: readonly string[];
  readonly sql: string;
  readonly rowsEstimate: number;
}

/** Puts the builds of a table into one statement, as far as they can go together. */
export function planStatements(
  candidates: readonly Candidate[],
  inspection: Inspection,
  { server }: Pick<Database, 'server'>,
  { coalesce }: { readonly coalesce: boolean },
): readonly PlannedStatement[] {
  const groups = groupBy(candidates, ({ migration, definition, strategy }) => {
    // InnoDB builds one FULLTEXT index at a time (error 1795), and each of them reads the table by itself.
    const alone = !coalesce || definition.type !== 'BTREE' ? migration.name : '';
    return JSON.stringify([definition.table, migration.online, strategy, alone]);
  });
  return [...groups.values()].map((builds) => {
    const { migration, definition, strategy } = builds[0]!;
    const { table } = definition;
    const rowsEstimate = inspection.tables.get(table)?.rowsEstimate ?? 0;
    return renderStatement({ table, online: migration.online, strategy, rowsEstimate }, builds, { server });
  });
}

/** The statement for these builds, which all belong to what is given of it. */
export function renderStatement(
  about: Pick<PlannedStatement, 'table' | 'online' | 'strategy' | 'rowsEstimate'>,
  builds: readonly Candidate[],
  { server }: Pick<Database, 'server'>,
): PlannedStatement {
  const { table, strategy, rowsEstimate } = about;
  const clauses = builds.map((build) => renderAddIndex(build.definition, server));
  // A tool that copies the table alters the copy, which nobody uses yet.
  const online = about.online && strategy === 'native';
  const sql = renderAlterTable(table, clauses, { online, server });
  return { table, builds, online: about.online, strategy, clauses, sql, rowsEstimate };
}
