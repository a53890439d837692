import type { RowDataPacket } from 'mysql2';
import { describe, expect, test } from 'vitest';
import { reconcile, type Reconciliation } from '../../../src/pipeline/compare/reconcile.ts';
import type { ComparisonRequest } from '../../../src/sinks/sink.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import type { TableSpec } from '../../../src/pipeline/source/table-spec.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds, type TestSink } from '../../support/test-sink.ts';

const T = "changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed)";

function spec(table: string): TableSpec {
  return { table, cursor: 'changed', index: 'changed' };
}

async function compare(
  extraction: Extraction,
  target: TestSink,
  table: TableSpec,
  comparison: ComparisonRequest,
): Promise<Reconciliation> {
  await using sink = await openSink(target.spec);
  const databases = [{ database: extraction.database, tables: [extracted(table)] }];
  const [done] = await reconcile({ databases, sink, comparison, options: { statementRows: 3 } });
  return done!;
}

/** The current rows as docs/sinks.md tells readers to ask for them. */
async function currentRows(
  target: TestSink,
  table: string,
  key: string,
  columns: string,
): Promise<readonly (readonly unknown[])[]> {
  const described = await target.rows(`DESCRIBE FROM {${table}}`);
  const names = new Set(described.map((row) => String(row[0])));
  const latest = names.has('_tidemark_sequence')
    ? `(FROM {${table}} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY _tidemark_sequence DESC) = 1)`
    : `{${table}}`;
  const present = names.has('_tidemark_removed') ? 'WHERE _tidemark_removed IS NOT TRUE' : '';
  return target.rows(`SELECT ${columns} FROM ${latest} ${present} ORDER BY ALL`);
}

/** Texts that are one to a collation: as they were loaded, and as they are written later. */
const kinds = (flavour: 'mysql' | 'mariadb') => [
  {
    kind: 'case and accents',
    type: `VARCHAR(20) CHARACTER SET utf8mb4 COLLATE ${flavour === 'mysql' ? 'utf8mb4_0900_ai_ci' : 'utf8mb4_uca1400_ai_ci'}`,
    texts: [
      ['Alpha', 'ALPHA'],
      ['beta', 'beta'],
      ['Émile', 'emile'],
      ['straße', 'STRASSE'],
    ],
  },
  {
    kind: 'general_ci',
    type: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
    texts: [
      ['Alpha', 'ALPHA'],
      ['Émile', 'emile '],
    ],
  },
  {
    kind: 'unicode_ci with characters that have no weight',
    type: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
    texts: [
      ['ab', 'a\u0001B '],
      ['a c', 'A C  '],
      ['ac', 'a\u0001c'],
    ],
  },
  {
    kind: 'padding in latin1',
    type: 'VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci',
    texts: [
      ['a ', 'a'],
      ['b', 'b   '],
      ['Ä', 'ä'],
    ],
  },
  {
    kind: 'expansions',
    type: 'VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci',
    texts: [
      ['ß', 'SS'],
      ['ä', 'AE '],
    ],
  },
  {
    kind: 'a binary collation that pads',
    type: 'VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    texts: [
      ['a ', 'a'],
      ['A', 'A  '],
      ['', '   '],
    ],
  },
  {
    kind: 'CHAR',
    type: 'CHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci',
    texts: [
      ['ab', 'AB'],
      ['ö', 'O'],
    ],
  },
  {
    kind: 'a character set of another family',
    type: 'VARCHAR(20) CHARACTER SET gbk COLLATE gbk_chinese_ci',
    texts: [
      ['中a', '中A'],
      ['国', '国 '],
    ],
  },
];

describe.each(servers)('keys on $label', (server) => {
  describe.each(sinkKinds)('in a %s sink', (sinkKind) => {
    test.each(kinds(server.flavour))(
      '$kind: a key is what the source says it is',
      async ({ type, texts }) => {
        await using extraction = await createExtraction(server);
        await using target = await createTestSink(sinkKind);
        const run = (options = {}) =>
          extraction.runTable(spec('names'), { statementRows: 2, ...options }, { sink: target.spec });
        const insert = async (rows: readonly (readonly unknown[])[]) => {
          await extraction.connection.query('INSERT INTO names (id, v) VALUES ?', [rows]);
        };
        await extraction.sql(`CREATE TABLE names (id ${type} PRIMARY KEY, v INT, ${T})`);
        await insert(texts.map(([first], at) => [first, at]));
        await run();
        for (const [first, later] of texts) {
          await extraction.connection.query(
            "UPDATE names SET id = ?, v = v + 10, changed = '2024-02-01' WHERE id = ?",
            [later, first],
          );
        }
        expect((await run()).rows).toBe(texts.length);
        const [stored] = await extraction.connection.query<RowDataPacket[]>('SELECT id, v FROM names');
        const expected = stored
          .map((row) => [row['id'], row['v']])
          .toSorted((a, b) => (a[1] as number) - (b[1] as number));
        const rows = async () =>
          (await currentRows(target, 'names', '_tidemark_key_id', 'v, id')).map(([v, id]) => [id, v]);
        expect(await rows()).toEqual(expected);
        for (const by of ['rows', 'keys'] as const) {
          expect(await compare(extraction, target, spec('names'), { by, action: 'report' })).toMatchObject({
            missing: 0,
            extra: 0,
            different: 0,
          });
        }

        // Deleted and inserted in another spelling: the row that the sink has is the row.
        const [spelling, again] = texts[0]!;
        await extraction.connection.query('DELETE FROM names WHERE id = ?', [again]);
        await extraction.connection.query("INSERT INTO names (id, v, changed) VALUES (?, 50, '2024-03-01')", [
          spelling,
        ]);
        expect((await run()).rows).toBe(1);
        expect(await rows()).toHaveLength(texts.length);
        expect((await rows()).at(-1)).toEqual([
          stored.find((row) => row['v'] === 10)!['id'] === spelling ? spelling : await idOf(extraction),
          50,
        ]);

        // Another spelling that no cursor tells of is mended, and rows that are gone are found by their keys.
        await extraction.connection.query('UPDATE names SET id = ? WHERE v = 50', [again]);
        expect(
          await compare(extraction, target, spec('names'), { by: 'rows', action: 'mend' }),
        ).toMatchObject({
          missing: 0,
          extra: 0,
          different: 1,
        });
        await extraction.sql('DELETE FROM names WHERE v = 50');
        expect(
          await compare(extraction, target, spec('names'), { by: 'keys', action: 'mend' }),
        ).toMatchObject({
          extra: 1,
        });
        expect(await rows()).toHaveLength(texts.length - 1);
        if (sinkKind === 'parquet') {
          await using sink = await openSink(target.spec);
          await sink.compact!([{ database: 'business', table: 'names' }]);
        }
        expect(await rows()).toHaveLength(texts.length - 1);
      },
    );
  });
});

async function idOf(extraction: Extraction): Promise<unknown> {
  const [rows] = await extraction.connection.query<RowDataPacket[]>('SELECT id FROM names WHERE v = 50');
  return rows[0]!['id'];
}
