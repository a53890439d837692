import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { formatCount } from '../../src/format.ts';
import { startPostgresServer } from '../../test/support/servers/postgres-server.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { temporaryDirectory } from '../lib/bench-directory.ts';
import { tidemark } from '../lib/bench-package.ts';
import { type Contender, runContest } from '../lib/contest.ts';
import { extractOutcome } from '../lib/contender-script.ts';
import { contestRows, failureNotes, MOVING_HEADER, movingCells, speedRatio } from '../lib/figures.ts';
import { countRows, type IndexedSource, indexedSample } from '../lib/indexed-source.ts';
import { loadEach, type LoadedResult, type LoadedTable } from '../lib/loaded-tables.ts';
import { nativePipe, pgloader, type Warehouse } from '../lib/postgres-peers.ts';

const DATABASE = 'bench';

export const postgres: Benchmark = {
  name: 'postgres',
  describe: 'first load of one table into PostgreSQL against pgloader and a pipe of the native clients',
  servers: 'each',
  async run(stage) {
    const indexed = await indexedSample(stage);
    await using place = await temporaryDirectory();
    // The server refuses to be root, and its own user must get there.
    await chmod(place.path, 0o755);
    await using server = await startPostgresServer(path.join(place.path, 'postgres'));
    const warehouse: Warehouse = {
      server,
      database: DATABASE,
      reset: async () => {
        await server.query('postgres', `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
        await server.createDatabase(DATABASE);
        // What an earlier contender wrote is not written out during the next one.
        await server.query(DATABASE, 'CHECKPOINT');
      },
    };
    return await loadEach((loaded) => loadTable(stage, indexed, warehouse, loaded));
  },
};

async function loadTable(
  stage: Stage,
  indexed: IndexedSource,
  warehouse: Warehouse,
  { database, table }: LoadedTable,
): Promise<LoadedResult> {
  const { server, settings, scratch } = stage;
  const schema = indexed.source.schemas[database] ?? database;
  const rows = await countRows(stage, schema, table);
  const reading = { server, schema, table, scratch, warehouse };
  const own = ownLoad(indexed, warehouse, ['--db', database, '--table', table], rows);
  const peers = [await nativePipe(reading), await pgloader(reading)];
  const contenders = [own, ...peers.filter((peer) => typeof peer !== 'string')];
  const results = await runContest({ ...stage, contenders, repeat: settings.repeat, leastRowsRead: rows });
  const header = ['loader', ...MOVING_HEADER, 'tidemark is'];
  return {
    results,
    table: {
      title: `first load of ${table} into PostgreSQL, ${formatCount(rows)} rows, ${server.label}`,
      header,
      rows: contestRows(results, header.length - 1, (result) => [
        ...movingCells(result, rows),
        speedRatio(
          results.find(({ contender }) => contender === own.name),
          result,
        ),
      ]),
      notes: [...failureNotes(results), ...peers.filter((peer) => typeof peer === 'string')],
    },
  };
}

function ownLoad(
  indexed: IndexedSource,
  { server, database, reset }: Warehouse,
  select: readonly string[],
  expectedRows: number,
): Contender {
  const args = ['extract-load', ...select, '--lag', '0', '--sink', server.url(database)];
  return {
    name: 'tidemark to PostgreSQL',
    program: {
      ...tidemark(indexed.project, indexed.source, args),
      environment: { PGPASSWORD: server.password },
    },
    prepare: reset,
    outcome: (stdout) => extractOutcome(stdout, expectedRows),
  };
}
