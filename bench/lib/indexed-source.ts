import path from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { quoteIdentifier } from '../../src/databases/identifiers.ts';
import type { Stage } from '../benchmark.ts';
import {
  type BenchProject,
  type BenchSource,
  createBenchProject,
  describeSource,
  tidemark,
} from './bench-package.ts';
import { measure } from './measure.ts';
import { prepareOrders, prepareSample } from './sample-data.ts';

/** A project and a filled source whose indexes are there. */
export interface IndexedSource {
  readonly project: BenchProject;
  readonly source: BenchSource;
}

/** Both databases of the sample with all their indexes. */
export async function indexedSample(stage: Stage): Promise<IndexedSource> {
  const { server, settings, scratch, report } = stage;
  const schemas = await prepareSample(server, { rows: settings.rows, report });
  const source = await describeSource(server, schemas, scratch);
  const project = await createBenchProject(stage.built, path.join(scratch, 'project'));
  await measure(tidemark(project, source, ['migrate', 'up', '--all']), scratch);
  return { project, source };
}

/** Orders alone with the index that their extraction needs. */
export async function indexedOrders(stage: Stage, rows: number): Promise<IndexedSource> {
  const { server, scratch, report } = stage;
  const schemas = await prepareOrders(server, { rows, report });
  const source = await describeSource(server, schemas, scratch);
  const project = await createBenchProject(stage.built, path.join(scratch, `project-${rows}`), (file) =>
    file.includes('order_tab_idx_update_time'),
  );
  await measure(tidemark(project, source, ['migrate', 'up', '--db', 'business']), scratch);
  return { project, source };
}

/** Rows of a table; counting them also brings the table into the server's memory. */
export async function countRows(stage: Stage, schema: string, table: string): Promise<number> {
  const [[row]] = await stage.server.connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS count FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)} FORCE INDEX (PRIMARY)`,
  );
  return Number(row?.['count']);
}
