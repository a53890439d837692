import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ColumnBatch } from '../../../src/rows/column-batch.ts';
import { describeSource } from '../../../src/pipeline/source/describe-source.ts';
import { snapshotQueries } from '../../../src/pipeline/source/queries.ts';
import { TableReader } from '../../../src/pipeline/wire/table-reader.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const ROWS = 100_000;
/** A hundred megabytes: more than sockets buffer. */
const ROW_BYTES = 1000;
const MEBIBYTE = 1024 * 1024;

describe.each(servers)('backpressure on $label', (server) => {
  test('a sink that takes no rows stops the reading, and the server waits', async () => {
    await using extraction = await createExtraction(server);
    const { database } = extraction;
    await extraction.sql(
      `CREATE TABLE long_rows (id INT PRIMARY KEY, text VARCHAR(${ROW_BYTES}) CHARACTER SET ascii NOT NULL)`,
      `INSERT INTO long_rows SELECT n, REPEAT('x', ${ROW_BYTES}) FROM ${numbers(5)}`,
    );
    const [table] = await describeSource(database, [
      extracted({ table: 'long_rows', cursor: 'id', index: 'PRIMARY' }),
    ]);
    const [query] = snapshotQueries(table!, { after: null, limit: ROWS });
    await using session = await database.session();
    const batches = new TableReader(session, table!.columns).read(query!);

    const held: ColumnBatch[] = [];
    let next = batches.next();
    for (;;) {
      const arrived = await Promise.race([next, sleep(2000, null)]);
      if (arrived === null || arrived.done === true) break;
      held.push(arrived.value);
      next = batches.next();
    }
    const sum = (of: (batch: ColumnBatch) => number) => held.reduce((total, batch) => total + of(batch), 0);
    let rows = sum((batch) => batch.rows);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(ROWS);
    expect(sum((batch) => batch.byteLength)).toBeLessThan(24 * MEBIBYTE);
    const [running] = await extraction.connection.query(
      `SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${session.connectionId} AND INFO LIKE 'SELECT%long_rows%'`,
    );
    expect(running).toHaveLength(1);

    for (const batch of held) batch.release();
    for (let result = await next; result.done !== true; result = await batches.next()) {
      rows += result.value.rows;
      result.value.release();
    }
    expect(rows).toBe(ROWS);
  });
});
