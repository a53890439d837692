// Statements one after the other, as a script of CREATE INDEX would be run by hand.
import { readFileSync } from 'node:fs';
import mysql from 'mysql2/promise';

const { login, schema, statements } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const started = performance.now();
const connection = await mysql.createConnection({ ...login, database: schema });
for (const statement of statements) await connection.query(statement);
await connection.end();
console.log(JSON.stringify({ rows: null, seconds: (performance.now() - started) / 1000 }));
