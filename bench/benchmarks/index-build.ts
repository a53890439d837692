import path from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';
import { formatCount } from '../../src/format.ts';
import { HISTORY_TABLE, LEDGER_TABLE } from '../../src/migrations/ledger-format.ts';
import type { Benchmark, Stage } from '../benchmark.ts';
import { createBenchProject, describeSource, tidemark } from '../lib/bench-package.ts';
import type { BenchServer } from '../lib/bench-server.ts';
import { allMeasured, type Contender, type MeasuredResult, runContest } from '../lib/contest.ts';
import { scriptContender } from '../lib/contender-script.ts';
import { COMMON_HEADER, commonCells, speedRatio } from '../lib/figures.ts';
import { countRows } from '../lib/indexed-source.ts';
import { measure, type Program } from '../lib/measure.ts';
import type { ReportTable } from '../lib/report-table.ts';
import { prepareSample } from '../lib/sample-data.ts';

interface Selection {
  readonly title: string;
  readonly keep: (migrationFile: string) => boolean;
}

const SELECTIONS: readonly Selection[] = [
  { title: 'the indexes of order_tab', keep: (file) => file.includes('_order_tab_') },
  { title: 'all indexes of business', keep: () => true },
];

const MIGRATE_UP = ['migrate', 'up', '--db', 'business'];

const planned = z.object({
  databases: z.tuple([
    z.object({
      migrations: z.array(z.object({ table: z.string(), index: z.string(), columns: z.array(z.string()) })),
    }),
  ]),
});

interface BuiltIndex extends RowDataPacket {
  readonly table: string;
  readonly index: string;
}

type PlannedIndex = z.infer<typeof planned>['databases'][0]['migrations'][number];

export const indexBuild: Benchmark = {
  name: 'index-build',
  describe: 'migrate up against one CREATE INDEX after another',
  servers: 'each',
  async run(stage) {
    const { business } = await prepareSample(stage.server, { ...stage.settings, report: stage.report });
    const tables: ReportTable[] = [];
    const results: Record<string, readonly MeasuredResult[]> = {};
    for (const selection of SELECTIONS) {
      const built = await build(stage, business, selection);
      tables.push(built.table);
      results[selection.title] = built.results;
    }
    return { tables, results };
  },
};

async function build(stage: Stage, schema: string, selection: Selection) {
  const { server, scratch, settings } = stage;
  const source = await describeSource(server, { business: schema }, scratch);
  const project = await createBenchProject(stage.built, path.join(scratch, 'project'), selection.keep);
  await forgetIndexes(server, schema);
  const indexes = await pendingIndexes(tidemark(project, source, [...MIGRATE_UP, '--dry-run']), scratch);
  const prepare = async () => {
    await forgetIndexes(server, schema);
    for (const table of new Set(indexes.map((index) => index.table))) await countRows(stage, schema, table);
  };
  const byHand = await scriptContender({
    name: 'CREATE INDEX, one after another',
    interpreter: [process.execPath],
    script: 'statements.mjs',
    order: { schema, statements: indexes.map(createIndex) },
    server,
    scratch,
    expectedRows: null,
  });
  const contenders: readonly Contender[] = [
    { name: 'tidemark migrate up', program: tidemark(project, source, MIGRATE_UP), prepare },
    { ...byHand, prepare },
  ];
  const results = allMeasured(await runContest({ ...stage, contenders, repeat: settings.repeat }));
  const oldWay = results[1];
  const table: ReportTable = {
    title: `index build, ${selection.title} (${indexes.length}), ${formatCount(settings.rows)} orders, ${server.label}`,
    header: ['way', ...COMMON_HEADER, 'of the old way'],
    rows: results.map((result) => [
      result.contender,
      ...commonCells(result),
      result === oldWay ? '' : speedRatio(result, oldWay),
    ]),
    notes: [],
  };
  return { table, results };
}

async function pendingIndexes(dryRun: Program, scratch: string): Promise<readonly PlannedIndex[]> {
  const { stdout } = await measure(dryRun, scratch);
  return planned.parse(JSON.parse(stdout)).databases[0].migrations;
}

/** The migrations of the sample have plain columns only: no prefix, no direction. */
function createIndex({ table, index, columns }: PlannedIndex): string {
  const list = columns.map(quoteIdentifier).join(', ');
  return `CREATE INDEX ${quoteIdentifier(index)} ON ${quoteIdentifier(table)} (${list})`;
}

/** Drops what migrations have built, and the ledger, so that everything is pending. */
async function forgetIndexes({ connection }: BenchServer, schema: string): Promise<void> {
  const [rows] = await connection.query<BuiltIndex[]>(
    `SELECT DISTINCT TABLE_NAME AS \`table\`, INDEX_NAME AS \`index\` FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND INDEX_NAME LIKE 'idx\\_%'`,
    [schema],
  );
  for (const { table, index } of rows) {
    await connection.query(
      `ALTER TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(table)} DROP INDEX ${quoteIdentifier(index)}`,
    );
  }
  for (const table of [LEDGER_TABLE, HISTORY_TABLE]) {
    await connection.query(`DROP TABLE IF EXISTS ${quoteIdentifier(schema)}.${quoteIdentifier(table)}`);
  }
}
