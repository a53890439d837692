import { hostname } from 'node:os';
import { beforeAll, expect, test } from 'vitest';
import { ALL_ROWS } from '../../../src/rows/position.ts';
import { openSink, openStates, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import type { Sink, TargetTable } from '../../../src/sinks/sink.ts';
import { clickhouseOfFile } from '../../support/clickhouse-of-file.ts';
import type { ClickhouseServer } from '../../support/servers/clickhouse-server.ts';
import { startStatementProxy, type StatementProxy } from '../../support/statement-proxy.ts';
import { giveRows, type Row } from '../../sinks/support/batches.ts';
import { write } from '../../sinks/support/bench.ts';
import { commitOf, loadingState, LOG, ORDERS, order, orders, upserted } from '../../sinks/support/tables.ts';

/** More statements that change something than any of these runs has. */
const MANY = 60;
/** A process that was there once. */
const GONE = `${hostname()}, process 99999999`;

let server: ClickhouseServer;
let proxy: StatementProxy;
let databases = 0;

beforeAll(async () => {
  server = await clickhouseOfFile();
  proxy = await startStatementProxy(server.port);
  return async () => proxy[Symbol.asyncDispose]();
}, 300_000);

/** A database of its own, as sinks reach it: through the proxy, or not. */
async function warehouse() {
  const name = `steps_${(databases += 1)}`;
  await server.run(`CREATE DATABASE ${name}`);
  const spec = (port: number): SinkSpec => ({
    kind: 'clickhouse',
    location: `clickhouse://default@127.0.0.1:${port}/${name}`,
    environment: { CLICKHOUSE_PASSWORD: server.password },
  });
  return {
    guarded: spec(proxy.port),
    direct: spec(server.port),
    /** What readers find of a table, as the tests write rows. */
    async read(table: string): Promise<readonly Row[]> {
      const [found] = await server.query(
        `SELECT 1 FROM system.tables WHERE database = '${name}' AND name = 'business__${table}'`,
      );
      if (found === undefined) return [];
      const rows = await server.query<{ id: number; n: number; title: string; changed: string }>(
        `SELECT id, n, title, toString(changed) AS changed FROM ${name}.business__${table} ORDER BY id, n`,
      );
      return rows.map(({ id, n, title, changed }) => ({ id: BigInt(id), n: BigInt(n), title, changed }));
    },
    /** The watermark that a reader of the state finds. */
    async watermark(): Promise<string | null> {
      await using states = await openStates(this.direct);
      return (await states.states())[0]?.watermark?.[0] ?? null;
    },
    /** Makes the claims of this database look as if their process were dead. */
    async bury(): Promise<void> {
      const stages = await server.query<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = '${name}' AND startsWith(name, '_tidemark_stage_')`,
      );
      for (const stage of stages) {
        await server.run(`ALTER TABLE ${name}.${stage.name} MODIFY COMMENT '${GONE}'`);
      }
    },
    [Symbol.asyncDispose]: () => server.run(`DROP DATABASE ${name} SYNC`),
  };
}

type Warehouse = Awaited<ReturnType<typeof warehouse>>;

function changes(sql: string): boolean {
  return !/^\s*SELECT/i.test(sql);
}

/** A run of a table, in commits whose watermarks are `1`, `2` and so on. */
type Run = (sink: Sink) => Promise<void>;

function loadOf(target: TargetTable, rows: readonly Row[]): Run {
  return async (sink) => {
    await using table = await sink.openTable(target);
    await using writer = await table.load({ goOn: false });
    await write(writer, target, rows);
    await writer.commit(commitOf(target, { loading: loadingState() }));
    await table.publish(commitOf(target, { watermark: ['1'] }));
  };
}

function mergeOf(
  target: TargetTable,
  commits: readonly (readonly Row[])[],
  options = { skipUnchanged: false },
): Run {
  return async (sink) => {
    await using table = await sink.openTable(target);
    await using writer = await table.merge(options);
    for (const [at, rows] of commits.entries()) {
      await write(writer, target, rows);
      await writer.commit(commitOf(target, { watermark: [String(at + 2)], runId: `run-${at + 2}` }));
    }
  };
}

async function through(spec: SinkSpec, run: Run): Promise<void> {
  await using sink = await openSink(spec);
  await run(sink);
}

/** Statements of a claim, which are the same in every run of a table that is there. */
const CLAIM = 3;

/** Runs with a kill before a statement that changes something, before the one after it, and so on to the last. */
async function killedAtEach(
  first: number,
  run: Run,
  prepare: (place: Warehouse) => Promise<void>,
  check: (place: Warehouse, step: string) => Promise<void>,
): Promise<number> {
  for (let step = first; step < MANY; step += 1) {
    await using place = await warehouse();
    await prepare(place);
    let seen = 0;
    let last = '';
    proxy.guard((sql) => {
      if (!changes(sql) || ++seen < step) return 'pass';
      last = sql;
      return 'cut';
    });
    const outcome = await through(place.guarded, run).catch((error: unknown) => error);
    proxy.guard(null);
    if (last === '') return step - 1;
    // A process does not know of what is cut while it ends.
    if (outcome !== undefined) expect(outcome, last).toMatchObject({ exitCode: 3 });
    await place.bury();
    await check(place, `killed before statement ${step}: ${last.slice(0, 120)}`);
  }
  throw new Error('the run never came to its end');
}

const BASE = orders(1, 6);
const CHANGED = [order(2, { n: 2n }), order(7, { n: 2n })];
const AGAIN = [order(2, { n: 3n }), order(3, { n: 3n })];
const AFTER_TWO = upserted(ORDERS, BASE, CHANGED);
const AFTER_THREE = upserted(ORDERS, AFTER_TWO, AGAIN);

test('killed before any statement of a first load: nothing, or all of it', { timeout: 120_000 }, async () => {
  const load = loadOf(ORDERS, BASE);
  const steps = await killedAtEach(
    1,
    load,
    async () => {},
    async (place, step) => {
      const watermark = await place.watermark();
      // Its view may be missing for as long as nobody has opened the table again.
      if (watermark === null) expect(await place.read('orders'), step).toEqual([]);
      await through(place.direct, load);
      expect(await place.read('orders'), step).toEqual(BASE);
      expect(await place.watermark()).toBe('1');
    },
  );
  expect(steps).toBeGreaterThan(12);
});

test(
  'killed before any statement of a merge: rows and watermark are as one',
  { timeout: 120_000 },
  async () => {
    const merge = mergeOf(ORDERS, [CHANGED, AGAIN]);
    const steps = await killedAtEach(
      1,
      merge,
      (place) => through(place.direct, loadOf(ORDERS, BASE)),
      async (place, step) => {
        const rows = { 1: BASE, 2: AFTER_TWO, 3: AFTER_THREE }[(await place.watermark()) ?? ''];
        expect(await place.read('orders'), step).toEqual(rows);
        await through(place.direct, merge);
        expect(await place.read('orders'), step).toEqual(AFTER_THREE);
      },
    );
    expect(steps).toBeGreaterThan(10);
  },
);

test('killed before any statement of a change log: each version once', { timeout: 120_000 }, async () => {
  const versions = [[order(1, { n: 1n })], [order(1, { n: 2n }), order(4)]];
  const merge = mergeOf(LOG, versions);
  const all = [order(1), order(1, { n: 1n }), order(1, { n: 2n }), order(2), order(4)];
  const expected = { 1: orders(1, 2), 2: [all[0], all[1], all[3]], 3: all };
  await killedAtEach(
    CLAIM,
    merge,
    (place) => through(place.direct, loadOf(LOG, orders(1, 2))),
    async (place, step) => {
      const watermark = (await place.watermark()) ?? '';
      expect(await place.read('order_log'), step).toEqual(expected[watermark as unknown as 1]);
      await through(place.direct, mergeOf(LOG, versions.slice(Number(watermark) - 1)));
      expect(await place.read('order_log'), step).toEqual(all);
    },
  );
});

test(
  'killed before any statement of mending: all of it, or the table as it was',
  { timeout: 120_000 },
  async () => {
    const source = [...orders(2, 5), order(6, { n: 9n }), order(8)];
    const mend: Run = async (sink) => {
      await using table = await sink.openTable(ORDERS);
      await using comparer = await table.compare({ by: 'rows', action: 'mend' });
      await giveRows((batch) => comparer.write(batch), ORDERS.columns, source);
      await comparer.close([ALL_ROWS]);
      await comparer.commit();
    };
    await killedAtEach(
      CLAIM,
      mend,
      (place) => through(place.direct, loadOf(ORDERS, BASE)),
      async (place, step) => {
        expect([BASE, source], step).toContainEqual(await place.read('orders'));
        await through(place.direct, mend);
        expect(await place.read('orders'), step).toEqual(source);
        expect(await place.watermark(), step).toBe('1');
      },
    );
  },
);

/**
 * A process is held before a statement of its run, for so long that another takes its table over and commits; then it goes
 * on. It must fail, and what the other one committed must be as it was.
 */
async function overtakenAtEach(run: Run, rows: readonly Row[]): Promise<void> {
  for (let step = CLAIM; step < MANY; step += 1) {
    await using place = await warehouse();
    await through(place.direct, loadOf(ORDERS, BASE));
    let seen = 0;
    let last = '';
    proxy.guard(async (sql): Promise<'pass'> => {
      if (!changes(sql) || ++seen !== step) return 'pass';
      last = sql;
      await place.bury();
      await through(place.direct, mergeOf(ORDERS, [CHANGED]));
      return 'pass';
    });
    const outcome = await through(place.guarded, run).then(
      () => 'done',
      (error: unknown) => error,
    );
    proxy.guard(null);
    if (last === '') return;
    const what = `overtaken before statement ${step}: ${last.slice(0, 120)}`;
    if (last.includes('_tidemark_stage_') && /^\s*(ALTER|INSERT|REPLACE)/.test(last)) {
      expect(outcome, what).toMatchObject({ exitCode: 4 });
    }
    // Overtaken once all was done, or before anything was: then it is the later of the two that counts.
    expect([rows, AFTER_TWO, upserted(ORDERS, rows, CHANGED)], what).toContainEqual(
      await place.read('orders'),
    );
    await through(place.direct, mergeOf(ORDERS, [CHANGED, [order(50)]]));
    expect(await place.read('orders'), what).toContainEqual(order(50));
  }
}

test(
  'overtaken before any statement of a merge: nothing of it counts any more',
  { timeout: 120_000 },
  async () => {
    await overtakenAtEach(mergeOf(ORDERS, [AGAIN]), upserted(ORDERS, BASE, AGAIN));
  },
);

test(
  'overtaken before any statement of a refresh: the table stays the other one',
  { timeout: 120_000 },
  async () => {
    await overtakenAtEach(loadOf(ORDERS, orders(100, 104)), orders(100, 104));
  },
);
