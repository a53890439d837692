import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { createClient, type ClickHouseClient, type ClickHouseSettings } from '@clickhouse/client';
import { ConfigurationError } from '../../errors.ts';
import type { ClickhouseAddress, Compression } from './clickhouse-address.ts';
import { explainClickhouseError, isConnectionError } from './clickhouse-errors.ts';
import { identifier, literal } from './clickhouse-identifiers.ts';

/** Milliseconds that a statement may take: a mutation rewrites a whole table. */
const REQUEST_TIMEOUT = 24 * 60 * 60 * 1000;
/** How often an insert is sent whose answer was lost; its token makes the server take it once. */
const INSERT_ATTEMPTS = 3;

/**
 * What every statement of a writer sets for itself, whatever the user's profile says: an insert is there when it is
 * answered, a change of a table is done on all of its parts, and NULL is never replaced by a default.
 */
const WRITER_SETTINGS: ClickHouseSettings = {
  wait_end_of_query: 1,
  async_insert: 0,
  // Rows without a key may be equal to others, block by block: only what has a token is taken once.
  insert_deduplicate: 0,
  send_progress_in_http_headers: 0,
  insert_null_as_default: 0,
  input_format_null_as_default: 0,
  input_format_native_allow_types_conversion: 1,
  // Versions of a row within one insert are told apart when they are read: merging them here halves the speed.
  optimize_on_insert: 0,
  alter_sync: '2',
  mutations_sync: '2',
  optimize_throw_if_noop: 1,
  join_use_nulls: 0,
  max_execution_time: 0,
};

export type ClickhouseRow = Readonly<Record<string, ClickhouseValue>>;
type ClickhouseValue = string | number | null | readonly string[];

/** One server, spoken to over HTTP: each statement is by itself. Errors say what to do. */
export class ClickhouseConnection implements AsyncDisposable {
  readonly address: ClickhouseAddress;
  /** `ON CLUSTER …` where there is one, else nothing: what DDL says after the table's name. */
  readonly onCluster: string;
  readonly #client: ClickHouseClient;

  private constructor(address: ClickhouseAddress, client: ClickHouseClient) {
    this.address = address;
    this.onCluster = address.cluster === null ? '' : ` ON CLUSTER ${identifier(address.cluster)}`;
    this.#client = client;
  }

  /** For a reader no setting is sent: a user whose profile is `readonly` may not set any. */
  static open(address: ClickhouseAddress, use: 'write' | 'read'): ClickhouseConnection {
    const cluster: ClickHouseSettings =
      address.cluster === null
        ? {}
        : { select_sequential_consistency: '1', insert_quorum: 'auto', insert_quorum_parallel: 0 };
    const client = createClient({
      url: address.url,
      username: address.user,
      password: address.password,
      application: 'tidemark',
      request_timeout: REQUEST_TIMEOUT,
      clickhouse_settings: use === 'write' ? { ...WRITER_SETTINGS, ...cluster } : {},
      // Errors are thrown, and said once.
      log: { level: 127 },
    });
    return new ClickhouseConnection(address, client);
  }

  /** A table of the sink's database, as SQL writes it. */
  qualified(table: string): string {
    return `${identifier(this.address.database)}.${identifier(table)}`;
  }

  /** An engine of the MergeTree family, as DDL names it: replicated on a cluster. */
  engine(name: string, ...parameters: readonly string[]): string {
    if (this.address.cluster === null) return `${name}(${parameters.join(', ')})`;
    const place = [literal('/clickhouse/tables/{uuid}/{shard}'), literal('{replica}')];
    return `Replicated${name}(${[...place, ...parameters].join(', ')})`;
  }

  async run(sql: string): Promise<void> {
    try {
      await this.#client.command({ query: sql });
    } catch (error) {
      throw explainClickhouseError(error, this.address.location);
    }
  }

  /** Rows of a query; integers of 64 bits must be cast to texts. */
  async rows(sql: string): Promise<readonly ClickhouseRow[]> {
    try {
      const result = await this.#client.query({ query: sql, format: 'JSONEachRow' });
      return await result.json<ClickhouseRow>();
    } catch (error) {
      throw explainClickhouseError(error, this.address.location);
    }
  }

  /** The first value of the first row; null where there is none. */
  async value(sql: string): Promise<ClickhouseValue> {
    return Object.values((await this.rows(sql))[0] ?? {})[0] ?? null;
  }

  /** Inserts blocks in the Native format; the token tells this insert from all others, however often it is sent. */
  async insert(into: string, blocks: readonly Uint8Array[], token: string): Promise<void> {
    const body = await compressed(blocks, this.address.compression);
    const { compression } = this.address;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { stream } = await this.#client.exec({
          query: `INSERT INTO ${into} FORMAT Native`,
          values: Readable.from(body),
          clickhouse_settings: { insert_deduplicate: 1, insert_deduplication_token: token },
          http_headers: compression === 'none' ? {} : { 'Content-Encoding': compression },
        });
        await buffer(stream);
        return;
      } catch (error) {
        if (attempt < INSERT_ATTEMPTS && isConnectionError(error)) continue;
        throw explainClickhouseError(error, this.address.location);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}

type ZstdCompress = (bytes: Uint8Array, done: (error: Error | null, result: Buffer) => void) => void;

async function compressed(
  blocks: readonly Uint8Array[],
  compression: Compression,
): Promise<readonly Uint8Array[]> {
  if (compression === 'none') return blocks;
  const whole = Buffer.concat(blocks);
  if (compression === 'gzip') return [await promisify(zlib.gzip)(whole, { level: 1 })];
  // Node has it since 22.15.
  const { zstdCompress: zstd } = zlib as { readonly zstdCompress?: ZstdCompress };
  if (zstd === undefined) {
    throw new ConfigurationError(['this Node.js cannot compress with zstd'], {
      hint: 'use compression=gzip, or Node.js 22.15 or later',
    });
  }
  return [await promisify(zstd)(whole)];
}
