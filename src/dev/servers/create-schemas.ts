import { createConnection, type ResultSetHeader } from 'mysql2/promise';
import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { ServerLogin } from './server-login.ts';

/** Creates the schemas that are not there yet, as utf8mb4. Returns the names of those that it created. */
export async function createSchemas(
  login: ServerLogin,
  schemas: readonly string[],
): Promise<readonly string[]> {
  const { host, port, user, password } = login;
  const connection = await createConnection({ host, port, user, password, connectTimeout: 10_000 });
  try {
    const created: string[] = [];
    for (const schema of schemas) {
      const [result] = await connection.query<ResultSetHeader>(
        `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(schema)} CHARACTER SET utf8mb4`,
      );
      if (result.affectedRows === 1 && result.warningStatus === 0) created.push(schema);
    }
    return created;
  } finally {
    await connection.end();
  }
}
