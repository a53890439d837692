import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Connection } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { WorkFailedError } from '../../../src/errors.ts';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { ExtractOptions } from '../../../src/pipeline/run/options.ts';
import type { ExtractEvent } from '../../../src/pipeline/run/report.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, numbers } from '../../support/extraction.ts';
import { startReplication } from '../../support/replication.ts';
import { connect, servers } from '../../support/schemas.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const EVENTS = { table: 'events', cursor: 'at', index: 'at' } as const;

describe.each(servers)('a busy server on $label', (server) => {
  test('is left alone until its threads are idle again', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE events (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY at (at))',
      `INSERT INTO events SELECT n, '2024-01-01' FROM ${numbers(2)}`,
    );
    const busy = await Promise.all(Array.from({ length: 6 }, () => connect(server)));
    const sleeping = busy.map((connection) => connection.query('SELECT SLEEP(60)').catch(() => undefined));
    try {
      const events: ExtractEvent[] = [];
      const run = extraction.run(
        [EVENTS],
        { maxThreadsRunning: 4 },
        { observe: (event) => void events.push(event) },
      );
      await expect
        .poll(() => events.filter((event) => event.kind === 'waiting').length, { timeout: 15_000 })
        .toBeGreaterThan(1);
      expect(events.find((event) => event.kind === 'waiting')).toMatchObject({
        table: 'events',
        reason: 'threads-running',
      });
      expect(events.some((event) => event.kind === 'progress')).toBe(false);
      for (const connection of busy) await extraction.sql(`KILL QUERY ${connection.threadId}`);
      expect(await run).toMatchObject({ ok: true, runs: [{ rows: 100 }] });
      expect(await extraction.compare('events')).toEqual([]);
    } finally {
      for (const connection of busy) connection.destroy();
      await Promise.all(sleeping);
    }
  });

  test('is looked at while a commit fails, and the failure is reported like any other', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE events (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY at (at))',
      `INSERT INTO events SELECT n, '2024-01-01' FROM ${numbers(2)}`,
    );
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const openTable = sink.openTable.bind(sink);
    sink.openTable = async (target) => {
      const table = await openTable(target);
      const load = table.load.bind(table);
      table.load = async (options) => {
        const writer = await load(options);
        writer.commit = async () => Promise.reject(new WorkFailedError('no space left'));
        return writer;
      };
      return table;
    };
    // Every statement is full and committed, and the server is asked before the next one: the commit fails meanwhile.
    const report = await extractLoad({
      databases: [{ database: extraction.database, tables: [extracted(EVENTS)] }],
      sink,
      options: { lagSeconds: 0, statementRows: 10, commitRows: 10, maxThreadsRunning: 1000 },
    });
    expect(report).toMatchObject({ ok: false, failures: [{ table: 'events', rowsCommitted: 0 }] });
    expect(report.failures[0]?.error.message).toContain('no space left');
  });
});

describe.each(['mysql', 'mariadb'] as const)('a %s replica', (flavour) => {
  test(
    'is read as far as it surely is, waited for, and refused while it stands still',
    { timeout: 120_000 },
    async () => {
      await using replication = await startReplication(flavour);
      await using directory = await temporaryDirectory();
      const { replica, onPrimary, onReplica } = replication;
      await using database = await openTestDatabase({ ...replica, schema: 'shop' });
      const file = path.join(directory.path, 'sink.duckdb');
      const run = async (options: Partial<ExtractOptions> = {}, observe?: (event: ExtractEvent) => void) => {
        await using sink = await openSink({ kind: 'duckdb', location: file });
        return await extractLoad({
          databases: [{ database, tables: [extracted(EVENTS)] }],
          sink,
          options: { lagSeconds: 0, ...options },
          ...(observe === undefined ? {} : { observe }),
        });
      };
      await onPrimary.query(
        'CREATE TABLE shop.events (id INT PRIMARY KEY, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, KEY at (at))',
      );
      await onPrimary.query("INSERT INTO shop.events VALUES (1, '2024-01-01')");
      await expect.poll(() => countEvents(onReplica), { timeout: 15_000 }).toBe(1);
      expect(await run()).toMatchObject({ ok: true, runs: [{ rows: 1 }] });

      // A lock on the replica keeps it from applying what the primary has.
      await onReplica.query('LOCK TABLES shop.events READ');
      await onPrimary.query('INSERT INTO shop.events (id) VALUES (2)');
      await sleep(3500);
      expect(await run()).toMatchObject({ ok: true, runs: [{ rows: 0 }] });
      expect(await lastLag(file)).toBeGreaterThanOrEqual(2);

      const events: ExtractEvent[] = [];
      const waits = run({ maxReplicaLagSeconds: 1 }, (event) => void events.push(event));
      await expect
        .poll(() => events.some((event) => event.kind === 'waiting'), { timeout: 15_000 })
        .toBe(true);
      expect(events.find((event) => event.kind === 'waiting')).toMatchObject({ reason: 'replica-lag' });
      await onReplica.query('UNLOCK TABLES');
      expect(await waits).toMatchObject({ ok: true });
      await expect.poll(async () => (await run()).ok && (await lastRows(file)), { timeout: 15_000 }).toBe(2);

      await replication.stopReplica();
      const stopped = await run();
      expect(stopped.failures).toMatchObject([
        { error: { exitCode: 4, message: expect.stringContaining('does not replicate') as string } },
      ]);
      await replication.startReplica();
      await onPrimary.query('INSERT INTO shop.events (id) VALUES (3)');
      await expect
        .poll(async () => ((await run()).ok ? lastRows(file) : 0), { timeout: 20_000, interval: 500 })
        .toBe(3);
    },
  );
});

async function countEvents(connection: Connection): Promise<number> {
  // The table itself has to arrive first.
  const [rows] = await connection.query('SELECT COUNT(*) AS count FROM shop.events').catch(() => [[]]);
  return (rows as { count: number }[])[0]?.count ?? 0;
}

/** The lag of the last run's bound, its replica's delay included. */
async function lastLag(file: string): Promise<number> {
  return Number(
    await first(
      file,
      "SELECT details::JSON->'horizon'->>'lagSeconds' FROM _tidemark.runs ORDER BY finished_at DESC LIMIT 1",
    ),
  );
}

async function lastRows(file: string): Promise<number> {
  return Number(await first(file, 'SELECT count(*) FROM business.events'));
}

async function first(file: string, sql: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS()[0]?.[0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
