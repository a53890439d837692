import { hostname } from 'node:os';
import { clickhouseOfFile } from '../support/clickhouse-of-file.ts';
import type { Change, SinkDescription, StoredRow, StoredValue } from './support/sink-under-test.ts';

let databases = 0;

/** Dates beyond the engine's are kept as texts, in a column beside theirs. */
const TEXT_OF = '_tidemark_text_';

export const clickhouse: SinkDescription = {
  name: 'clickhouse',
  capabilities: { readersWhileWriting: true, oneWriterOf: 'table', nulInTexts: true },
  async create() {
    const server = await clickhouseOfFile();
    const name = `warehouse_${(databases += 1)}`;
    await server.run(`CREATE DATABASE ${name}`);
    const namesLike = async (pattern: string) => {
      const tables = await server.query<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = '${name}' AND match(name, '${pattern}')`,
      );
      return tables.map((table) => table.name);
    };
    const changed =
      (change: readonly string[], undo: readonly string[]): Change =>
      async () => {
        for (const sql of change) await server.run(sql);
        return async () => {
          for (const sql of undo) await server.run(sql);
        };
      };
    const formatOf = (version: number) => [
      `TRUNCATE TABLE ${name}._tidemark_format`,
      `INSERT INTO ${name}._tidemark_format VALUES (${version})`,
    ];
    return {
      spec: {
        kind: 'clickhouse',
        location: server.url(name, '?outOfRange=text'),
        environment: { CLICKHOUSE_PASSWORD: server.password },
      },
      async read({ database, table }) {
        const of = (relation: string) =>
          server.query<{ name: string; type: string; comment: string }>(
            `SELECT name, type, comment FROM system.columns WHERE database = '${name}' AND table = '${relation}' ORDER BY position`,
          );
        const columns = await of(`${database}__${table}`);
        if (columns.length === 0) return [];
        const list = columns.map(({ name: column, type }, at) => `${exact(quoted(column), type)} AS c${at}`);
        const rows = await server.query<Readonly<Record<string, string | number | null>>>(
          `SELECT ${list.join(', ')} FROM ${name}.${quoted(`${database}__${table}`)}`,
        );
        const bytes = new Set(
          (await of(`_tidemark_rows_${database}__${table}`))
            .filter(({ comment }) => comment === 'bytes')
            .map((column) => column.name),
        );
        return rows.map((row) => {
          const values = columns.map(({ name: column, type }, at) => {
            const value = row[`c${at}`]!;
            return [column, stored(value, bytes.has(column) ? 'bytes' : type)] as const;
          });
          return withTexts(Object.fromEntries(values));
        });
      },
      leftovers: () => namesLike('^_tidemark_(stage|raw|load|wide|excluded|found)_'),
      damages: ({ table }) => {
        const state = (set: string) => [
          `ALTER TABLE ${name}._tidemark_watermarks UPDATE state = ${set} WHERE table_name = '${table}' SETTINGS mutations_sync = 2`,
        ];
        return {
          'a state that breaks off': changed(state("concat('{', state)"), state('substring(state, 2)')),
          'a state of another shape': changed(
            state(`replaceOne(state, '"watermark":', '"watermark":7,"was":')`),
            state(`replaceOne(state, '"watermark":7,"was":', '"watermark":')`),
          ),
          'no format': changed([`TRUNCATE TABLE ${name}._tidemark_format`], formatOf(1)),
          'a table that is gone': changed(
            [`RENAME TABLE ${name}._tidemark_intents TO ${name}.gone`],
            [`RENAME TABLE ${name}.gone TO ${name}._tidemark_intents`],
          ),
        };
      },
      makeNewer: changed(formatOf(99), formatOf(1)),
      cutOff: async () => {
        for (const stage of await namesLike('^_tidemark_stage_')) {
          await server.run(`ALTER TABLE ${name}.${stage} MODIFY COMMENT '${hostname()}, process 99999999'`);
        }
      },
      [Symbol.asyncDispose]: () => server.run(`DROP DATABASE ${name} SYNC`),
    };
  },
};

function withTexts(row: StoredRow): StoredRow {
  const texts = Object.entries(row).filter(([name, value]) => name.startsWith(TEXT_OF) && value !== null);
  return { ...row, ...Object.fromEntries(texts.map(([name, value]) => [name.slice(TEXT_OF.length), value])) };
}

function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A column without what JSON would lose. */
function exact(column: string, type: string): string {
  if (type.includes('Float')) return column;
  return type.includes('String') ? `hex(${column})` : `toString(${column})`;
}

/** Texts and bytes come as hex digits. */
function stored(value: string | number | null, type: string): StoredValue {
  if (value === null) return value;
  if (type === 'bytes') return Buffer.from(String(value), 'hex');
  return type.includes('String') ? Buffer.from(String(value), 'hex').toString('utf8') : value;
}
