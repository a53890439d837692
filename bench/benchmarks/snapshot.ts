import { formatCount } from '../../src/format.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { runContest } from '../lib/contest.ts';
import { extraction } from '../lib/extraction.ts';
import { contestRows, failureNotes, MOVING_HEADER, movingCells, speedRatio } from '../lib/figures.ts';
import { countRows, type IndexedSource, indexedSample } from '../lib/indexed-source.ts';
import { loadEach, type LoadedResult, type LoadedTable } from '../lib/loaded-tables.ts';
import { findPeers, MYSQL2 } from '../lib/peers.ts';

const OWN = [
  { name: 'tidemark to DuckDB', sink: 'duckdb' },
  { name: 'tidemark to Parquet', sink: 'parquet' },
] as const;

export const snapshot: Benchmark = {
  name: 'snapshot',
  describe: 'first load of one table against every other reader that this machine has',
  servers: 'each',
  async run(stage) {
    const indexed = await indexedSample(stage);
    return loadEach((loaded) => loadTable(stage, indexed, loaded));
  },
};

async function loadTable(
  stage: Stage,
  indexed: IndexedSource,
  { database, table }: LoadedTable,
): Promise<LoadedResult> {
  const { server, settings, scratch, peersDirectory } = stage;
  const schema = indexed.source.schemas[database] ?? database;
  const rows = await countRows(stage, schema, table);
  const peers = await findPeers({ server, schema, table, rows, scratch, peersDirectory });
  const own = OWN.map((sink) =>
    extraction({
      ...indexed,
      ...sink,
      select: ['--db', database, '--table', table],
      output: `snapshot.${sink.sink}`,
      scratch,
      expectedRows: rows,
      fromNothing: true,
    }),
  );
  const results = await runContest({
    ...stage,
    contenders: [...own, ...peers.contenders],
    repeat: settings.repeat,
    leastRowsRead: rows,
  });
  const named = (name: string) => results.find(({ contender }) => contender === name);
  const header = ['reader', ...MOVING_HEADER, 'of mysql2', 'DuckDB is', 'Parquet is'];
  return {
    results,
    table: {
      title: `snapshot of ${table}, ${formatCount(rows)} rows, ${server.label}`,
      header,
      rows: contestRows(results, header.length - 1, (result) => [
        ...movingCells(result, rows),
        speedRatio(result, named(MYSQL2)),
        ...OWN.map(({ name }) => speedRatio(named(name), result)),
      ]),
      notes: [...failureNotes(results), ...peers.missing],
    },
  };
}
