import { loadTables } from '../../pipeline/source/load-tables.ts';
import { hasSummerTime } from '../../pipeline/bound/zone-offsets.ts';
import { isWatermark } from '../../pipeline/source/table-spec.ts';
import { findColumn, introspectTables } from '../../schema/introspect-tables.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

/** Whether the cursors of the extracted tables are times that may come twice. */
export const cursorsCheck: DatabaseCheck = {
  name: 'cursors',
  run: async ({ project, projectDatabase, database }) => {
    if (projectDatabase.tablesFile === null) return passed('no table is extracted');
    const extracted = await loadTables(project, projectDatabase, database.config.tablePrefix);
    await using session = await database.session();
    const timeZone = String(await session.value('SELECT @@global.time_zone'));
    if (!(await hasSummerTime(session, timeZone)))
      return passed(`the server's zone (${timeZone}) has no summer time`);
    const infos = await introspectTables(session, database.server, {
      schema: database.schema,
      tables: extracted.map(({ name }) => name),
    });
    const local = extracted.flatMap(({ name, spec }) => {
      if (!isWatermark(spec)) return [];
      const info = infos.find((table) => table.name === name);
      const column = info && findColumn(info, spec.cursor);
      const isLocal = ['datetime', 'date'].includes(column?.dataType ?? '') && spec.timeZone === undefined;
      return isLocal ? [`${name}.${spec.cursor}`] : [];
    });
    const zone = `the server's zone (${timeZone}) has summer time`;
    if (local.length === 0) return passed(`${zone}, and no cursor is local time`);
    return warning(
      `${zone}, and ${local.join(', ')} ${local.length === 1 ? 'is' : 'are'} local time: an hour comes twice each year`,
      'nothing is lost, that hour is read again; a TIMESTAMP column, or a server in UTC, has no such hour',
    );
  },
};
