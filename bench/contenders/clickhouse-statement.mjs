// One statement for a ClickHouse server, which does all of the work itself.
import { readFileSync } from 'node:fs';
import { createClient } from '@clickhouse/client';

const { url, password, statement, count } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const started = performance.now();
const client = createClient({ url, password, request_timeout: 3_600_000, log: { level: 127 } });
await client.command({ query: statement });
const seconds = (performance.now() - started) / 1000;
const [{ rows }] = await (await client.query({ query: count, format: 'JSONEachRow' })).json();
await client.close();
console.log(JSON.stringify({ rows: Number(rows), seconds }));
