import { chmod, copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Client } from 'pg';
import { afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { openSink, type SinkSpec } from '../../../src/sinks/open-sink.ts';
import { createAuthority } from '../../support/certificates.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { connectPostgres } from '../../support/postgres-client.ts';
import { postgresOfFile } from '../../support/postgres-of-file.ts';
import { servers } from '../../support/schemas.ts';
import type { PostgresServer } from '../../support/servers/postgres-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ORDERS = { table: 'orders', cursor: 'changed', index: 'idx_changed' };
/** What the sink does is the same whatever server the rows come from. */
const source = servers[0]!;
const LOADER_PASSWORD = 'loader-7f3a91c2';

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await postgresOfFile();
}, 120_000);

afterEach(() => {
  vi.unstubAllEnvs();
});

/** An empty database, a client of its owner, and the database as a sink for some user. */
async function warehouse() {
  const name = `trouble_${(databases += 1)}`;
  await server.createDatabase(name);
  const client = await connectPostgres(server, name);
  return {
    name,
    client,
    as(user: string, password: string | null, parameters = ''): SinkSpec {
      const location = `postgres://${user}@127.0.0.1:${server.port}/${name}${parameters}`;
      return { kind: 'postgres', location, environment: password === null ? {} : { PGPASSWORD: password } };
    },
    get owner(): SinkSpec {
      return this.as(server.user, server.password);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function createOrders(extraction: Extraction): Promise<void> {
  await extraction.sql(
    'CREATE TABLE orders (id INT PRIMARY KEY, n INT, changed DATETIME NOT NULL, KEY idx_changed (changed))',
    `INSERT INTO orders SELECT n, n, '2024-01-01' FROM ${numbers(2)}`,
  );
}

/** A role with a password, for one database. */
async function loader(place: { readonly client: Client; readonly name: string }, grants: string) {
  const role = `loader_${place.name}`;
  await place.client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${LOADER_PASSWORD}'`);
  await place.client.query(`GRANT ${grants} ON DATABASE ${place.name} TO ${role}`);
  return role;
}

test('the least privileges are enough for a load, a merge, a refresh; a role without them is refused', async () => {
  await using extraction = await createExtraction(source);
  await using place = await warehouse();
  await createOrders(extraction);
  const role = await loader(place, 'CONNECT, CREATE, TEMPORARY');
  const sink = place.as(role, LOADER_PASSWORD);
  expect(await extraction.runTable(ORDERS, {}, { sink })).toMatchObject({ rows: 100 });
  await extraction.sql("UPDATE orders SET n = 0, changed = '2024-01-02' WHERE id <= 7");
  expect(await extraction.runTable(ORDERS, {}, { sink })).toMatchObject({ rows: 7 });
  expect(await extraction.runTable(ORDERS, { fullRefresh: true }, { sink })).toMatchObject({ rows: 100 });
  const { rows } = await place.client.query('SELECT count(*)::int AS zeros FROM business.orders WHERE n = 0');
  expect(rows).toEqual([{ zeros: 7 }]);

  await using closed = await warehouse();
  const stranger = await loader(closed, 'CONNECT');
  await expect(openSink(closed.as(stranger, LOADER_PASSWORD))).rejects.toMatchObject({
    exitCode: 4,
    hints: [expect.stringContaining('GRANT CREATE ON DATABASE')],
  });
});

test('limits that the server sets for a role do not end a load', async () => {
  await using extraction = await createExtraction(source);
  await using place = await warehouse();
  await createOrders(extraction);
  const role = await loader(place, 'CONNECT, CREATE, TEMPORARY');
  await place.client.query(
    `ALTER ROLE ${role} SET statement_timeout = '40ms'; ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '40ms';
     ALTER ROLE ${role} SET search_path = pg_temp; ALTER ROLE ${role} SET DateStyle = 'German'; ALTER ROLE ${role} SET TimeZone = 'Asia/Shanghai'`,
  );
  await extraction.sql(
    `CREATE TABLE slow (id INT PRIMARY KEY, t TIMESTAMP NULL, changed DATETIME NOT NULL, KEY idx_changed (changed))`,
  );
  await extraction.sql(`INSERT INTO slow SELECT n, '2024-03-04 05:06:07', '2024-01-01' FROM ${numbers(4)}`);
  const sink = place.as(role, LOADER_PASSWORD);
  const spec = { ...ORDERS, table: 'slow' };
  // Slower than the limits allow between two statements of the transaction.
  expect(
    await extraction.runTable(spec, { maxRowsPerSecond: 20_000, statementRows: 2000 }, { sink }),
  ).toMatchObject({ rows: 10_000 });
  const { rows } = await place.client.query(
    'SELECT count(*)::int AS n, min(changed)::text AS changed FROM business.slow',
  );
  expect(rows).toEqual([{ n: 10_000, changed: '2024-01-01 00:00:00' }]);
});

test(
  'a table that others use is named with them, and the run after it succeeds',
  { timeout: 90_000 },
  async () => {
    await using extraction = await createExtraction(source);
    await using place = await warehouse();
    await createOrders(extraction);
    await extraction.runTable(ORDERS, {}, { sink: place.owner });
    await using reader = {
      client: await connectPostgres(server, place.name),
      [Symbol.asyncDispose]: () => reader.client.end(),
    };
    await reader.client.query("SET application_name = 'a report'");
    await reader.client.query('BEGIN');
    await reader.client.query('SELECT count(*) FROM business.orders');
    // A new column needs the table for itself, for an instant.
    await extraction.sql(
      'ALTER TABLE orders ADD COLUMN late INT',
      "UPDATE orders SET changed = '2024-01-03'",
    );
    await expect(extraction.runTable(ORDERS, {}, { sink: place.owner })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /"business"\."orders" is locked by backend \d+ of \w+ \(a report\), idle in transaction: SELECT count/,
      ),
    });
    await reader.client.query('COMMIT');
    expect(await extraction.runTable(ORDERS, {}, { sink: place.owner })).toMatchObject({ rows: 100 });
  },
);

test('the password may be in a .pgpass file', async () => {
  await using place = await warehouse();
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'pgpass');
  await writeFile(file, `127.0.0.1:${server.port}:${place.name}:${server.user}:${server.password}\n`, {
    mode: 0o600,
  });
  vi.stubEnv('PGPASSFILE', file);
  await using sink = await openSink(place.as(server.user, null));
  expect(await sink.states()).toEqual([]);
  await writeFile(file, `127.0.0.1:${server.port}:other:${server.user}:${server.password}\n`);
  await expect(openSink(place.as(server.user, null))).rejects.toMatchObject({
    exitCode: 2,
    hints: [expect.stringContaining('PGPASSWORD')],
  });
});

test('TLS: verify-full takes the right certificate authority and name, and nothing else', async () => {
  await using place = await warehouse();
  await using directory = await temporaryDirectory(inject('serversDirectory'));
  const right = await createAuthority(directory.path, 'right');
  const wrong = await createAuthority(directory.path, 'wrong');
  const issued = await right.issue('server', ['IP:127.0.0.1']);
  const { rows } = await place.client.query<{ data_directory: string }>('SHOW data_directory');
  const data = rows[0]!.data_directory;
  for (const [from, to] of [
    [issued.certificate, 'server.crt'],
    [issued.key, 'server.key'],
  ] as const) {
    await copyFile(from, path.join(data, to));
    await chmod(path.join(data, to), 0o600);
    if (process.getuid?.() === 0) await execa('chown', ['postgres', path.join(data, to)]);
  }
  await place.client.query('ALTER SYSTEM SET ssl = on');
  await place.client.query('SELECT pg_reload_conf()');
  const verified = (authority: string, host = '127.0.0.1') => {
    const spec = place.as(
      server.user,
      server.password,
      `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}`,
    );
    return { ...spec, location: spec.location.replace('127.0.0.1', host) };
  };
  await expect
    .poll(
      async () => {
        await using sink = await openSink(verified(right.certificate));
        return await sink.states();
      },
      { timeout: 10_000 },
    )
    .toEqual([]);
  await expect(openSink(verified(wrong.certificate))).rejects.toMatchObject({ exitCode: 2 });
  await expect(openSink(verified(right.certificate, 'localhost'))).rejects.toMatchObject({ exitCode: 2 });
});
