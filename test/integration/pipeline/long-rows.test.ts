import { describe, expect, test } from 'vitest';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { createTestSink, sinkKinds } from '../../support/test-sink.ts';

/** Few rows of many megabytes, and many whose texts take more together than a load of short ones may use. */
const SHAPES = [
  { rows: 6, length: 9_600_000 },
  { rows: 1200, length: 60_800 },
] as const;
const CHANGED = 4;

describe.each(servers)('long texts on $label', (server) => {
  describe.each(SHAPES)('$rows rows of 2 x $length bytes', ({ rows, length }) => {
    test.each(sinkKinds)('are loaded into %s and merged', { timeout: 90_000 }, async (kind) => {
      await using extraction = await createExtraction(server);
      await using sink = await createTestSink(kind);
      await extraction.sql(
        `CREATE TABLE orders (id INT PRIMARY KEY, changed DATETIME NOT NULL DEFAULT '2024-01-01',
           text LONGTEXT CHARACTER SET ascii NOT NULL, bytes LONGBLOB, KEY changed (changed))`,
        `INSERT INTO orders (id, text, bytes)
         SELECT n, REPEAT(SHA2(n, 256), ${length / 64}), REPEAT(UNHEX(SHA2(n, 256)), ${length / 32}) FROM ${numbers(4)} WHERE n <= ${rows}`,
      );
      const spec = { table: 'orders', cursor: 'changed', index: 'changed' };
      await extraction.runTable(spec, {}, { sink: sink.spec });
      await extraction.sql(
        `UPDATE orders SET changed = '2024-01-02', text = REPEAT('z', ${length}) WHERE id > ${rows - CHANGED}`,
      );
      const merged = await extraction.runTable(spec, {}, { sink: sink.spec });
      expect(merged.rows).toBe(CHANGED);

      const [totals] = await sink.rows(
        `SELECT count(*)::INTEGER, min(length(text))::INTEGER, min(octet_length(bytes))::INTEGER,
           count(*) FILTER (text = repeat('z', ${length}))::INTEGER,
           count(*) FILTER (starts_with(text, sha256(id::VARCHAR)))::INTEGER
         FROM (FROM {orders} QUALIFY row_number() OVER (PARTITION BY id ORDER BY changed DESC) = 1)`,
      );
      expect(totals).toEqual([rows, length, length, CHANGED, rows - CHANGED]);
    });
  });
});
