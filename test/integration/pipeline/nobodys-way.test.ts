import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../src/pipeline/compare/reconcile.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { ExtractEvent } from '../../../src/pipeline/run/report.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import type { Sink } from '../../../src/sinks/sink.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { actions, testMigrations, up } from '../../support/migrations.ts';
import { connect, servers } from '../../support/schemas.ts';

const EVENTS = { table: 'events', cursor: 'at', index: 'at' } as const;

async function createEvents(extraction: Extraction): Promise<void> {
  await extraction.sql(
    'CREATE TABLE events (id INT PRIMARY KEY, v INT NOT NULL, at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), KEY at (at))',
    `INSERT INTO events SELECT n, 0, '2024-01-01' + INTERVAL n SECOND FROM ${numbers(4)}`,
  );
}

/** A connection to the extraction's schema that waits for no lock for longer than others would. */
async function impatient(extraction: Extraction, server: (typeof servers)[number]): Promise<Connection> {
  const connection = await connect(server);
  await connection.changeUser({ database: extraction.schema });
  await connection.query('SET SESSION lock_wait_timeout = 5');
  return connection;
}

/** The snapshots of other sessions that are open now, and for how many seconds the oldest is. */
async function oldestSnapshot(connection: Connection): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())), 0) AS age FROM information_schema.INNODB_TRX
      WHERE trx_mysql_thread_id <> CONNECTION_ID()`,
  );
  return Number(rows[0]?.['age']);
}

/** Resolves when the first rows of a run are there. */
function firstRows() {
  let observe!: (event: ExtractEvent) => void;
  const begun = new Promise<void>((resolve) => {
    observe = (event) => {
      if (event.kind === 'progress') resolve();
    };
  });
  return { begun, observe };
}

describe.each(servers)('a load on $label', (server) => {
  test('that takes long holds no snapshot for long, and lets an ALTER and changes through', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    const other = await impatient(extraction, server);
    try {
      const running = new Set(['run']);
      const options = { maxRowsPerSecond: 1500, maxSnapshotSeconds: 1, commitRows: 3000 };
      const { begun, observe } = firstRows();
      const run = extraction.runTable(EVENTS, options, { observe }).finally(() => running.clear());
      const ages: number[] = [];
      await begun;
      await other.query("ALTER TABLE events COMMENT = 'somebody else'");
      const migrations = testMigrations({ table: 'events', name: 'i_v', columns: ['v'] });
      expect(actions(await up(extraction.database, migrations))).toEqual(['built i_v']);
      await other.query('UPDATE events SET v = 1 WHERE id IN (1, 9000)');
      await other.query('ALTER TABLE events ADD COLUMN later INT NOT NULL DEFAULT 3');
      for (; running.size > 0; await sleep(200)) ages.push(await oldestSnapshot(other));
      expect(await run).toMatchObject({ mode: 'snapshot', rows: 10_000 });
      expect(ages.length).toBeGreaterThan(5);
      expect(Math.max(...ages)).toBeLessThanOrEqual(1);
      // What changed meanwhile is stamped after the bound, whichever version the load saw.
      await extraction.runTable(EVENTS);
      expect(await extraction.compare('events', ['later'])).toEqual([]);
    } finally {
      other.destroy();
    }
  });

  test('ends clearly when a column goes or changes its type meanwhile, and the next run loads the table as it is', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    for (const change of ['MODIFY v BIGINT NOT NULL', 'DROP COLUMN v']) {
      const { begun, observe } = firstRows();
      const options = { maxRowsPerSecond: 2000, commitRows: 2000, fullRefresh: true };
      const failed = extraction.runTable(EVENTS, options, { observe }).then(
        () => null,
        (error: { readonly exitCode: number; readonly hints: readonly string[] }) => error,
      );
      await begun;
      await extraction.sql(`ALTER TABLE events ${change}`);
      const error = await failed;
      expect(error).toMatchObject({ exitCode: 3 });
      expect(error?.hints.join()).toContain('run again');
      await extraction.runTable(EVENTS);
      expect(await extraction.compare('events')).toEqual([]);
    }
  });

  test('into a slow sink has statements that end in time', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await extraction.sql(`INSERT INTO events SELECT 10000 + n, 0, '2024-01-02' FROM ${numbers(4)}`);
    await using sink = slow(await openSink({ kind: 'duckdb', location: extraction.duckdbFile }), 40);
    const sent: number[] = [];
    let before = 0;
    const databases = [{ database: extraction.database, tables: [extracted(EVENTS)] }];
    const report = await extractLoad({
      databases,
      sink,
      options: { lagSeconds: 0, maxSnapshotSeconds: 1, commitRows: 1 },
      observe(event) {
        if (event.kind !== 'committed') return;
        sent.push(event.rows - before);
        before = event.rows;
      },
    });
    expect(report).toMatchObject({ ok: true, runs: [{ rows: 20_000 }] });
    // The first statement shows how long rows take: those after it have fewer.
    expect(Math.max(...sent.slice(1))).toBeLessThan(sent[0]!);
  });

  test('of a change log needs one snapshot, and says what that costs', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    const { warnings } = await extraction.runTable({ ...EVENTS, append: true });
    expect(warnings).toContainEqual({ kind: 'one-snapshot', because: 'change-log' });
  });

  test('waits, without a snapshot, while the undo history is long', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    const other = await impatient(extraction, server);
    const holder = await impatient(extraction, server);
    try {
      // MySQL takes what was purged off the history's length at every 128th purge only, unless told otherwise.
      if (server.flavour === 'mysql')
        await other.query('SET GLOBAL innodb_purge_rseg_truncate_frequency = 1');
      await holder.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
      await holder.query('SELECT COUNT(*) FROM events WHERE id < 0');
      for (let n = 0; n < 60; n += 1) await other.query('UPDATE events SET v = v + 1 WHERE id = 1');
      const waits: ExtractEvent[] = [];
      const run = extraction.runTable(
        EVENTS,
        { maxHistoryLength: 20 },
        { observe: (event) => void (event.kind === 'waiting' && waits.push(event)) },
      );
      await expect.poll(() => waits.length, { timeout: 10_000 }).toBeGreaterThan(1);
      expect(waits[0]).toMatchObject({ reason: 'history-length' });
      const [mine] = await other.query<RowDataPacket[]>(
        `SELECT COUNT(*) AS open FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id NOT IN (CONNECTION_ID(), ${holder.threadId})`,
      );
      expect(Number(mine[0]?.['open'])).toBe(0);
      await holder.query('COMMIT');
      expect(await run).toMatchObject({ rows: 10_000 });
    } finally {
      other.destroy();
      holder.destroy();
    }
  });
});

describe.each(servers)('a comparison on $label', (server) => {
  test('takes nothing that changes meanwhile for a difference, and lets an ALTER through', async () => {
    await using extraction = await createExtraction(server);
    await createEvents(extraction);
    await extraction.runTable(EVENTS);
    await extraction.sql('UPDATE events SET v = 7, at = at WHERE id = 9990');
    const other = await impatient(extraction, server);
    try {
      await using sink = slow(await openSink({ kind: 'duckdb', location: extraction.duckdbFile }), 150);
      const databases = [{ database: extraction.database, tables: [extracted(EVENTS)] }];
      const running = new Set(['comparison']);
      const compared = reconcile({
        databases,
        sink,
        comparison: { by: 'rows', action: 'report' },
        options: { statementRows: 400, maxSnapshotSeconds: 1 },
      }).finally(() => running.clear());
      let changed = 0;
      for (; running.size > 0; await sleep(30)) {
        changed += 1;
        await other.query(
          `UPDATE events SET v = v + 1 WHERE id IN (${10_000 - changed * 17}, ${changed * 13})`,
        );
        if (changed === 4) await other.query("ALTER TABLE events COMMENT = 'somebody else'");
      }
      const [found] = await compared;
      expect(changed).toBeGreaterThan(5);
      expect(found).toMatchObject({ missing: 0, extra: 0 });
      // That of the row that changed without its cursor, unless a later change has moved it.
      expect(found!.different).toBeLessThanOrEqual(1);
    } finally {
      other.destroy();
    }
  });
});

/** A sink that takes so many milliseconds more for every batch, and for every window that it compares. */
function slow(sink: Sink, milliseconds: number): Sink {
  const openTable = sink.openTable.bind(sink);
  sink.openTable = async (target) => {
    const table = await openTable(target);
    const load = table.load.bind(table);
    const compare = table.compare.bind(table);
    table.load = async (options) => {
      const writer = await load(options);
      const write = writer.write.bind(writer);
      writer.write = async (batch) => {
        await sleep(milliseconds);
        await write(batch);
      };
      return writer;
    };
    table.compare = async (request) => {
      const comparer = await compare(request);
      const digest = comparer.digest.bind(comparer);
      comparer.digest = async (...window) => {
        await sleep(milliseconds);
        return digest(...window);
      };
      return comparer;
    };
    return table;
  };
  return sink;
}
