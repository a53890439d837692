import path from 'node:path';
import { formatCount } from '../../src/format.ts';
import {
  type ClickhouseServer,
  startClickhouseServer,
} from '../../test/support/servers/clickhouse-server.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { temporaryDirectory } from '../lib/bench-directory.ts';
import { tidemark } from '../lib/bench-package.ts';
import { engineItself } from '../lib/clickhouse-peers.ts';
import { runContest } from '../lib/contest.ts';
import { extractOutcome } from '../lib/contender-script.ts';
import { contestRows, failureNotes, MOVING_HEADER, movingCells, speedRatio } from '../lib/figures.ts';
import { countRows, type IndexedSource, indexedSample } from '../lib/indexed-source.ts';
import { loadEach, type LoadedResult, type LoadedTable } from '../lib/loaded-tables.ts';

const DATABASE = 'bench';

export const clickhouse: Benchmark = {
  name: 'clickhouse',
  describe: 'first load of one table into ClickHouse against the engine that reads the source itself',
  servers: 'each',
  async run(stage) {
    const indexed = await indexedSample(stage);
    await using place = await temporaryDirectory();
    await using engine = await startClickhouseServer(path.join(place.path, 'clickhouse'));
    const server = engine;
    return await loadEach((loaded) => loadTable(stage, indexed, server, loaded));
  },
};

async function loadTable(
  stage: Stage,
  indexed: IndexedSource,
  engine: ClickhouseServer,
  { database, table }: LoadedTable,
): Promise<LoadedResult> {
  const { server, settings, scratch } = stage;
  const schema = indexed.source.schemas[database] ?? database;
  const rows = await countRows(stage, schema, table);
  const reset = async () => {
    await engine.run(`DROP DATABASE IF EXISTS ${DATABASE} SYNC`);
    await engine.run(`CREATE DATABASE ${DATABASE}`);
  };
  const args = [
    'extract-load',
    '--db',
    database,
    '--table',
    table,
    '--lag',
    '0',
    '--sink',
    engine.url(DATABASE),
  ];
  const own = {
    name: 'tidemark to ClickHouse',
    program: {
      ...tidemark(indexed.project, indexed.source, args),
      environment: { CLICKHOUSE_PASSWORD: engine.password },
    },
    prepare: reset,
    outcome: (stdout: string) => extractOutcome(stdout, rows),
  };
  const reading = { server, schema, table, rows, scratch, clickhouse: engine, database: DATABASE, reset };
  const contenders = [own, await engineItself(reading)];
  const results = await runContest({ ...stage, contenders, repeat: settings.repeat, leastRowsRead: rows });
  const header = ['loader', ...MOVING_HEADER, 'tidemark is'];
  return {
    results,
    table: {
      title: `first load of ${table} into ClickHouse, ${formatCount(rows)} rows, ${server.label}`,
      header,
      rows: contestRows(results, header.length - 1, (result) => [
        ...movingCells(result, rows),
        speedRatio(
          results.find(({ contender }) => contender === own.name),
          result,
        ),
      ]),
      notes: failureNotes(results),
    },
  };
}
