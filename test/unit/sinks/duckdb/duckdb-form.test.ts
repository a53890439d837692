import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { openSink } from '../../../../src/sinks/open-sink.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

/** What a file says of its form, read without the sink. */
async function formOf(file: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const found = await connection.runAndReadAll(
      "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal",
    );
    return found.getRowsJS()[0]?.[0];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('the form of a DuckDB file', () => {
  test('is that of 1.3 where the file is new', async () => {
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'new.duckdb');
    await (await openSink({ kind: 'duckdb', location: file }))[Symbol.asyncDispose]();
    expect(await formOf(file)).toBe('v1.3.0+');
  });

  test('stays that of an older file', async () => {
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'old.duckdb');
    const older = await DuckDBInstance.create(file, { storage_compatibility_version: 'v1.0.0' });
    older.closeSync();
    const before = await formOf(file);
    await (await openSink({ kind: 'duckdb', location: file }))[Symbol.asyncDispose]();
    expect(before).toMatch(/^v1\.0/);
    expect(await formOf(file)).toBe(before);
  });
});
