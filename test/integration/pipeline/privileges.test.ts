import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { ExtractOptions } from '../../../src/pipeline/run/options.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { openSink, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { createUser, servers, type TestUser } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

const T: TableSpec = { table: 't', cursor: 'u', index: 'iu' };
const CREATE =
  "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, u DATETIME NOT NULL DEFAULT '2024-01-01', KEY iu (u))";

/** Work as a user whose grants change between runs. */
function as(extraction: Extraction, user: TestUser, spec: SinkSpec) {
  const open = () => openTestDatabase({ ...extraction.settings, user: user.name, password: user.password });
  return {
    async run(table: TableSpec, options: Partial<ExtractOptions> = {}) {
      await using database = await open();
      await using sink = await openSink(spec);
      const databases = [{ database, tables: [extracted(table)] }];
      return await extractLoad({ databases, sink, options: { lagSeconds: 0, ...options } });
    },
    async mend(table: TableSpec) {
      await using database = await open();
      await using sink = await openSink(spec);
      const databases = [{ database, tables: [extracted(table)] }];
      return await reconcile({ databases, sink, comparison: { by: 'rows', action: 'mend' } });
    },
  };
}

describe.each(servers)('what a user may see on $label', (server) => {
  describe.each(sinkKinds)('in %s', (kind) => {
    test('a column that is hidden is no column that was dropped', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      const latest =
        kind === 'duckdb'
          ? ''
          : 'QUALIFY row_number() OVER (PARTITION BY id ORDER BY _tidemark_sequence DESC) = 1';
      const values = () => target.rows(`SELECT id, a, b FROM {t} ${latest} ORDER BY id`);
      await extraction.sql(CREATE, 'INSERT INTO t (id, a, b) VALUES (1, 10, 100), (2, 20, 200)');
      const table = `\`${extraction.schema}\`.t`;
      await using user = await createUser(server, [`SELECT (id, a, b, u) ON ${table}`, 'PROCESS ON *.*']);
      const account = `'${user.name}'@'%'`;
      const work = as(extraction, user, target.spec);
      expect((await work.run(T)).failures).toEqual([]);

      await extraction.sql(
        `REVOKE SELECT (b) ON ${table} FROM ${account}`,
        "UPDATE t SET a = 11, u = '2024-01-02' WHERE id = 1",
      );
      const refused = await work.run(T);
      expect(refused.failures).toMatchObject([
        {
          error: {
            exitCode: 4,
            message: expect.stringContaining('holds "b"'),
            hints: [expect.stringContaining(`GRANT SELECT ON`), expect.anything(), expect.anything()],
          },
        },
      ]);
      await expect(work.mend(T)).rejects.toMatchObject({ exitCode: 4 });
      expect(await values()).toEqual([
        [1, 10, 100],
        [2, 20, 200],
      ]);

      // Each way out.
      const without = { ...T, include: ['id', 'a', 'u'] };
      expect((await work.run(without)).failures).toEqual([]);
      expect(await values()).toEqual([
        [1, 11, null],
        [2, 20, 200],
      ]);
      await extraction.sql(`GRANT SELECT ON ${table} TO ${account}`);
      expect((await work.run(T)).failures).toEqual([]);
      expect(await work.mend(T)).toMatchObject([{ different: 1 }]);
      expect(await values()).toEqual([
        [1, 11, 100],
        [2, 20, 200],
      ]);
    });

    test('a column that was dropped is carried on as before by who may read the table', async () => {
      await using extraction = await createExtraction(server);
      await using target = await createTestSink(kind);
      await extraction.sql(CREATE, 'INSERT INTO t (id, a, b) VALUES (1, 10, 100), (2, 20, 200)');
      await using reader = await createUser(server, [
        `SELECT ON \`${extraction.schema}\`.*`,
        'PROCESS ON *.*',
      ]);
      await using clerk = await createUser(server, [
        `SELECT (id, a, b, u) ON \`${extraction.schema}\`.t`,
        'PROCESS ON *.*',
      ]);
      await as(extraction, reader, target.spec).run(T);
      await extraction.sql(
        'ALTER TABLE t DROP COLUMN b',
        "UPDATE t SET a = 11, u = '2024-01-02' WHERE id = 1",
      );
      // To a user of columns a dropped one looks like a hidden one.
      expect((await as(extraction, clerk, target.spec).run(T)).failures).toMatchObject([
        { error: { exitCode: 4 } },
      ]);
      expect(await as(extraction, reader, target.spec).run(T)).toMatchObject({
        failures: [],
        runs: [{ mode: 'incremental', rows: 1 }],
      });
      expect((await as(extraction, clerk, target.spec).run(T, { fullRefresh: true })).failures).toEqual([]);
    });
  });
});
