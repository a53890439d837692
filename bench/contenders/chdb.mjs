// ClickHouse's own reader, in C++, to Parquet. chdb is not a dependency: it is imported from the folder it was installed in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { login, schema, table, output, modules } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { query } = createRequire(`${modules}/`)('chdb');
const text = (value) => `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const source = [`${login.host}:${login.port}`, schema, table, login.user, login.password]
  .map(text)
  .join(', ');

const started = performance.now();
try {
  query(
    `SELECT * FROM mysql(${source}) INTO OUTFILE ${text(output)} TRUNCATE FORMAT Parquet
     SETTINGS output_format_parquet_compression_method = 'zstd'`,
    'CSV',
  );
} catch (error) {
  // Its messages repeat the query, and with it the password.
  console.error(String(error.message).replaceAll(login.password, '***').split('\n')[0]);
  process.exit(1);
}
const seconds = (performance.now() - started) / 1000;
const rows = Number(query(`SELECT count() FROM file(${text(output)}, Parquet)`, 'CSV').trim());
console.log(JSON.stringify({ rows, seconds }));
