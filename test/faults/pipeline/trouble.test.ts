import { describe, expect, test } from 'vitest';
import { extractLoad } from '../../../src/pipeline/run/extract-load.ts';
import type { ExtractEvent } from '../../../src/pipeline/run/report.ts';
import { openSink } from '../../../src/sinks/open-sink.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { killOthers } from '../../support/kill-others.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { connect, servers } from '../../support/schemas.ts';
import { spawnExtraction } from '../../support/spawn-extraction.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'changed' } as const;
const SMALL_STEPS = { lagSeconds: 0, statementRows: 500, commitRows: 1000 } as const;

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    "CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(200), changed DATETIME NOT NULL DEFAULT '2024-01-01', KEY changed (changed))",
    `INSERT INTO orders (id, note) SELECT n, REPEAT('x', 200) FROM ${numbers(4)}`,
  );
}

describe.each(servers)('trouble on $label', (server) => {
  test('a connection that is killed in mid-stream is made again, from the last commit', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const events: ExtractEvent[] = [];
    let killed = false;
    const report = await extraction.run([ORDERS], SMALL_STEPS, {
      observe(event) {
        events.push(event);
        if (killed || event.kind !== 'committed') return;
        killed = true;
        void killOthers(extraction);
      },
    });
    expect(report).toMatchObject({ ok: true, runs: [{ rows: 10_000 }] });
    expect(events.some((event) => event.kind === 'retrying')).toBe(true);
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a network that is cut again and again ends in an error that says what is safe, and the next run goes on', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await using proxy = await startTcpProxy(server);
    await using database = await openTestDatabase({ ...extraction.settings, port: proxy.port });
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const report = await extractLoad({
      databases: [{ database, tables: [extracted(ORDERS)] }],
      sink,
      options: { ...SMALL_STEPS, retries: 1 },
      observe: (event) => {
        if (event.kind === 'committed' || event.kind === 'retrying') proxy.cutAfter(5000);
      },
    });
    expect(report.ok).toBe(false);
    expect(report.failures[0]).toMatchObject({ table: 'orders', error: { exitCode: 3 } });
    expect(report.failures[0]?.rowsCommitted).toBeGreaterThan(0);
    await sink[Symbol.asyncDispose]();
    await extraction.runTable(ORDERS);
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a connection that dies before anything is read is replaced, and named where all of them die', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await using proxy = await startTcpProxy(server);
    await using database = await openTestDatabase({ ...extraction.settings, port: proxy.port });
    await using sink = await openSink({ kind: 'duckdb', location: extraction.duckdbFile });
    const run = () => extractLoad({ databases: [{ database, tables: [extracted(ORDERS)] }], sink });
    // In the answer to the first question, and not in that to the pool's ping.
    proxy.cutOnceAfter(600);
    const accepted = proxy.accepted;
    expect(await run()).toMatchObject({ ok: true, runs: [{ rows: 10_000 }] });
    expect(proxy.accepted).toBeGreaterThan(accepted);
    proxy.cutAfter(0);
    await expect(run()).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/closed the connection|handshake failed/) as string,
    });
  });

  test('a server that is restarted in mid-run', { timeout: 90_000 }, async () => {
    await using own = await startPrivateTestServer(server.label.startsWith('MariaDB') ? 'mariadb' : 'mysql');
    await using extraction = await createExtraction(own.settings);
    await createOrders(extraction);
    const restarts: Promise<void>[] = [];
    const report = await extraction.run(
      [ORDERS],
      { ...SMALL_STEPS, maxRowsPerSecond: 4000 },
      {
        observe: (event) => {
          if (event.kind === 'committed' && restarts.length === 0) restarts.push(own.restart());
        },
      },
    );
    await Promise.all(restarts);
    expect(report).toMatchObject({ ok: true, runs: [{ rows: 10_000 }] });
    const connection = await connect(own.settings);
    const [rows] = await connection.query(`SELECT COUNT(*) AS count FROM \`${extraction.schema}\`.orders`);
    await connection.end();
    expect(rows).toEqual([{ count: 10_000 }]);
    expect(
      await extraction.duckdb('SELECT count(*)::INT, count(DISTINCT id)::INT FROM business.orders'),
    ).toEqual([[10_000, 10_000]]);
  });

  test('an interrupted run stops at once, keeps what it committed, and the next one goes on', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    const stop = new AbortController();
    const run = extraction.run([ORDERS], SMALL_STEPS, {
      signal: stop.signal,
      observe: (event) => {
        if (event.kind === 'committed') stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ exitCode: 130 });
    expect((await extraction.states())[0]?.loading?.position).toEqual(['1000']);
    expect(await extraction.runTable(ORDERS)).toMatchObject({ rows: 9000 });
    expect(await extraction.compare('orders')).toEqual([]);
  });

  test('a full disk loses nothing', async () => {
    await using extraction = await createExtraction(server);
    await createOrders(extraction);
    await extraction.runTable(ORDERS);
    await extraction.sql("UPDATE orders SET note = SHA2(id, 512), changed = '2024-02-01'");
    // Beyond this size the kernel refuses to let the process write, as a full disk does.
    const full = await spawnExtraction(
      {
        settings: extraction.settings,
        sink: { kind: 'duckdb', location: extraction.duckdbFile },
        tables: [ORDERS],
        options: { lagSeconds: 0 },
      },
      { fileBlocks: 600 },
    );
    expect(full.stderr).toMatch(/cannot write|no space left/);
    expect(full.exitCode).toBe(3);
    expect(await extraction.runTable(ORDERS)).toMatchObject({ rows: 10_000 });
    expect(await extraction.compare('orders')).toEqual([]);
  });
});
