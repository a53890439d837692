import type { RowDataPacket } from 'mysql2/promise';
import type { ClickhouseServer } from '../../test/support/servers/clickhouse-server.ts';
import type { BenchServer } from './bench-server.ts';
import type { Contender } from './contest.ts';
import { scriptContender } from './contender-script.ts';

export interface EngineLoading {
  readonly server: BenchServer;
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly scratch: string;
  readonly clickhouse: ClickhouseServer;
  readonly database: string;
  readonly reset: () => Promise<void>;
}

/**
 * The engine reads the source by itself, into a table ordered by the key: no watermark, no versions, dates as the engine
 * takes them.
 */
export async function engineItself(loading: EngineLoading): Promise<Contender> {
  const { server, schema, table, rows, clickhouse, database } = loading;
  const { host, port, user, password } = server.login;
  const from = [`${host}:${port}`, schema, table, user, password].map((text) => `'${text}'`).join(', ');
  const key = await keyColumns(loading);
  const contender = await scriptContender({
    ...loading,
    name: 'INSERT … SELECT FROM mysql(…)',
    interpreter: [process.execPath],
    script: 'clickhouse-statement.mjs',
    order: {
      url: `http://127.0.0.1:${clickhouse.port}`,
      password: clickhouse.password,
      statement: `CREATE TABLE ${database}.raw ENGINE = MergeTree ORDER BY (${key.join(', ')}) AS SELECT * FROM mysql(${from})`,
      count: `SELECT count() AS rows FROM ${database}.raw`,
    },
    expectedRows: rows,
  });
  return { ...contender, prepare: loading.reset };
}

async function keyColumns({ server, schema, table }: EngineLoading): Promise<readonly string[]> {
  const [rows] = await server.connection.query<RowDataPacket[]>(
    "SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX",
    [schema, table],
  );
  return rows.map((row) => `\`${String(row['name'])}\``);
}
