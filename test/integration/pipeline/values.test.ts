import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { extracted } from '../../support/extracted.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds, type TestSink } from '../../support/test-sink.ts';

const CURSOR = `u DATETIME(3) NOT NULL DEFAULT '2024-01-01', KEY iu (u)`;
/** What real data has that no calendar has. */
const NO_DATES = ['0000-00-00', '2020-02-30', '2020-00-00'];

const spec = (table: string) => ({ table, cursor: 'u', index: 'iu' });

async function allowZeroDates(extraction: Extraction): Promise<void> {
  await extraction.sql("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
}

async function mend(extraction: Extraction, place: TestSink, table: Parameters<typeof extracted>[0]) {
  await using sink = await openSink(place.spec);
  const [done] = await reconcile({
    databases: [{ database: extraction.database, tables: [extracted(table)] }],
    sink,
    comparison: { by: 'rows', action: 'mend' },
    options: {},
  });
  return done!;
}

describe.each(servers)('values that no sink has, on $label', (server) => {
  describe.each(sinkKinds)('in a %s sink', (kind) => {
    test('a date of no calendar in a key is refused as NULL, and kept as text', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await allowZeroDates(extraction);
      const run = (table: Parameters<typeof extracted>[0], options = {}) =>
        extraction.runTable(table, { statementRows: 2, ...options }, { sink: sink.spec });
      const types = ['DATE', 'DATETIME(3)'] as const;
      for (const [at, type] of types.entries()) {
        const table = `dated${at}`;
        await extraction.sql(
          `CREATE TABLE ${table} (d ${type} NOT NULL, k INT NOT NULL, v INT, ${CURSOR}, PRIMARY KEY (d, k))`,
          `INSERT INTO ${table} (d, k, v) VALUES ('2024-01-01', 1, 1)`,
        );
        // Known dates are what they always were.
        await run(spec(table));
        await extraction.sql(
          `INSERT INTO ${table} (d, k, v, u) VALUES ${NO_DATES.map((date, k) => `('${date}', ${k}, ${k}, '2024-02-01')`).join()}`,
        );
        await expect(run(spec(table))).rejects.toMatchObject({
          exitCode: 4,
          message: expect.stringContaining('key column "d"') as string,
          hints: [expect.stringContaining('zeroDates: "text"')],
        });
        expect(await sink.rows(`SELECT count(*)::INT FROM {${table}}`)).toEqual([[1]]);

        const asText = { ...spec(table), zeroDates: 'text' } as const;
        await run(asText, { fullRefresh: true });
        await extraction.sql(`UPDATE ${table} SET v = v + 10, u = '2024-03-01'`);
        expect(await run(asText)).toMatchObject({ rows: 4 });
        const current = `SELECT left(d, 10), v FROM (FROM {${table}} QUALIFY row_number() OVER (PARTITION BY d, k ORDER BY u DESC) = 1) ORDER BY ALL`;
        const right = [
          ['0000-00-00', 10],
          ['2020-00-00', 12],
          ['2020-02-30', 11],
          ['2024-01-01', 11],
        ];
        expect(await sink.rows(current)).toEqual(right);
        await extraction.sql(`UPDATE ${table} SET v = 99 WHERE k = 0`);
        expect(await mend(extraction, sink, asText)).toMatchObject({ different: 1, mended: true });
        expect(await mend(extraction, sink, asText)).toMatchObject({ different: 0, mended: false });
      }
    });

    test('a zero date in the cursor is loaded whenever it comes, or not, as nullCursor says', async () => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await allowZeroDates(extraction);
      const columns = { dates: 'DATE', times: 'DATETIME(3)', instants: 'TIMESTAMP' };
      for (const [table, type] of Object.entries(columns)) {
        const zero = type === 'DATE' ? '0000-00-00' : '0000-00-00 00:00:00';
        const run = (policy: object = {}, options = {}) =>
          extraction.runTable({ ...spec(table), ...policy }, options, { sink: sink.spec });
        await extraction.sql(
          `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT, u ${type} NOT NULL DEFAULT '2024-01-01', KEY iu (u))`,
          `INSERT INTO ${table} (id, v) VALUES (1, 1), (2, 2)`,
        );
        await run();
        expect(await run()).toMatchObject({ rows: 0, warnings: [] });
        await extraction.sql(`INSERT INTO ${table} VALUES (3, 3, '${zero}')`);
        expect(await run({ nullCursor: 'ignore' })).toMatchObject({ rows: 0 });
        await expect(run({ nullCursor: 'error' })).rejects.toMatchObject({
          message: expect.stringContaining('the cursor "u" is NULL in 1 rows') as string,
        });
        expect(await run()).toMatchObject({
          rows: 1,
          warnings: [
            { kind: 'zero-date', column: 'u', count: 1 },
            { kind: 'null-cursor', count: 1 },
          ],
        });
        expect(await sink.rows(`SELECT DISTINCT id FROM {${table}} ORDER BY id`)).toEqual([[1], [2], [3]]);
        const asText = { zeroDates: 'text' } as const;
        await expect(run({ ...asText, nullCursor: 'error' }, { fullRefresh: true })).rejects.toThrow(
          'is NULL in 1 rows',
        );
        expect(await run(asText, { fullRefresh: true })).toMatchObject({
          rows: 3,
          warnings: [{ kind: 'null-cursor', count: 1 }],
        });
        await expect(run({ ...asText, nullCursor: 'error' })).rejects.toMatchObject({
          message: expect.stringContaining('is NULL in 1 rows') as string,
        });
        await run({}, { fullRefresh: true });
        await extraction.sql(`INSERT INTO ${table} (id, v, u) VALUES (4, 4, '2024-05-05')`);
        expect(await run()).toMatchObject({ rows: 2 });
        expect(await run()).toMatchObject({ rows: 1 });
      }
    });
  });

  test('text that utf8mb4 has no characters for is counted, and keys of it stay apart', async () => {
    await using extraction = await createExtraction(server);
    const texts = { cp1251: '98', greek: 'D2', gbk: 'AAA1', euckr: 'C9A1' };
    for (const [characterSet, bytes] of Object.entries(texts)) {
      const table = `in_${characterSet}`;
      await extraction.sql(
        `CREATE TABLE ${table} (id INT PRIMARY KEY, t VARCHAR(20) CHARACTER SET ${characterSet}, ${CURSOR})`,
        `INSERT INTO ${table} (id, t) VALUES (1, 'why?'), (2, X'41${bytes}42'), (3, X'3F${bytes}3F')`,
      );
      const { warnings } = await extraction.runTable(spec(table), { statementRows: 2 });
      const [[lost]] = await extraction.connection.query<RowDataPacket[]>(
        `SELECT SUM(CHAR_LENGTH(REPLACE(CONVERT(t USING utf8mb4), '?', '')) < CHAR_LENGTH(REPLACE(t, '?', ''))) AS texts FROM ${table}`,
      );
      const count = Number(lost?.['texts']);
      expect(warnings, characterSet).toEqual(count === 0 ? [] : [{ kind: 'lossy-text', column: 't', count }]);
    }
    await extraction.sql(
      `CREATE TABLE keyed (k VARCHAR(12) CHARACTER SET gbk COLLATE gbk_bin PRIMARY KEY, v INT, ${CURSOR})`,
      `INSERT INTO keyed (k, v) SELECT CONCAT(X'AAA1', CONVERT(n USING gbk)), n FROM ${numbers(3)}`,
      "INSERT INTO keyed (k, v) VALUES (X'AAA1', 0), (X'AAA2', 0)",
    );
    const run = await extraction.runTable(spec('keyed'), { statementRows: 100 });
    expect(run.rows).toBe(1002);
    // Each row once, and twice more to count what is lost, but never again and again.
    expect(run.serverRowsRead).toBeLessThan(3500);
    expect(
      await extraction.duckdb(`SELECT count(*)::INT, count(DISTINCT v)::INT FROM business.keyed`),
    ).toEqual([[1002, 1001]]);
  });
});
