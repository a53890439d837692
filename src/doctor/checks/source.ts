import { TidemarkError } from '../../errors.ts';
import { serverIdentity } from '../../pipeline/bound/server-identity.ts';
import { parseMemory } from '../../pipeline/bound/source-memory.ts';
import type { DatabaseCheck } from '../check.ts';
import { passed, warning } from '../outcome.ts';

/** Whether the sink's rows came from this server and schema, as the next extract-load would ask. */
export const sourceCheck: DatabaseCheck = {
  name: 'source',
  run: async ({ projectDatabase, database, states }) => {
    await using session = await database.session();
    const server = await serverIdentity(session);
    const here = `schema ${database.schema} on server ${server}`;
    const found = await states().catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    if (found instanceof Error) {
      const hints = found instanceof TidemarkError ? found.hints : [];
      return warning(
        `${here}; the sink cannot be read: ${found.message}`,
        hints.join('; ') || 'see --sink and SINK_URL',
      );
    }
    const origins = found
      .filter((state) => state.database === projectDatabase.name)
      .flatMap(({ table, memory }) => {
        const origin = parseMemory(memory)?.origin;
        return origin === undefined ? [] : [{ table, origin }];
      });
    const others = origins.filter(
      ({ origin }) => origin.server !== server || origin.schema !== database.schema,
    );
    const [first] = others;
    if (first !== undefined) {
      return warning(
        `${here}, but the sink's rows of ${others.map(({ table }) => table).join(', ')} came from schema ${first.origin.schema} on server ${first.origin.server}`,
        'the next extract-load goes on if this server proves to have the same rows, and is refused if not',
      );
    }
    return passed(
      origins.length === 0
        ? `${here}; the sink has no rows of it yet`
        : `${here}, which the sink's rows came from`,
    );
  },
};
