import type { Database } from '../../src/databases/database.ts';
import type { IndexOptions } from '../../src/migrations/define-index.ts';
import type { MigrateUpOptions } from '../../src/migrations/migrate-up.ts';
import { type Checks, INDEX_CHECKS } from '../../src/verify/checks.ts';
import type { Verification } from '../../src/verify/verification.ts';
import { type VerifyOptions, verify } from '../../src/verify/verify.ts';
import { openTestDatabase } from './database-config.ts';
import { type MemoryProject, createMemoryProject } from './memory-project.ts';
import { up } from './migrations.ts';
import { type TestSchema, type TestServer, createSchema } from './schemas.ts';

/** What the project of a scene declares. */
export const SCENE_INDEXES: readonly IndexOptions[] = [
  { table: 'orders', name: 'idx_update_time', columns: ['update_time'] },
  { table: 'orders', name: 'idx_user_time', columns: ['user_id', 'update_time'] },
  { table: 'orders', name: 'idx_note', columns: [{ column: 'note', length: 10 }] },
];

/** A schema with a table `orders` that is migrated and extracted, and one that is not; and their project. */
export interface VerifyScene extends AsyncDisposable {
  readonly schema: TestSchema;
  readonly database: Database;
  readonly files: MemoryProject;
  sql(statement: string): Promise<void>;
  /** Rows whose times are a second apart, the last one an hour ago. */
  fill(rows: number): Promise<void>;
  migrate(options?: Partial<MigrateUpOptions>): Promise<void>;
  verify(
    checks?: Partial<Checks>,
    options?: Partial<Pick<VerifyOptions, 'since' | 'keep' | 'watermarks'>>,
  ): Promise<Verification>;
}

export async function createVerifyScene(server: TestServer): Promise<VerifyScene> {
  const schema = await createSchema(server);
  const { connection } = schema;
  await connection.query(`CREATE TABLE orders (
    id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, note VARCHAR(50) NOT NULL, price DECIMAL(10, 2),
    doubled DECIMAL(11, 2) AS (price * 2), update_time DATETIME NOT NULL, KEY price (price))`);
  await connection.query('CREATE TABLE elsewhere (id BIGINT PRIMARY KEY, a INT, KEY idx_a (a))');
  const database = await openTestDatabase(schema.settings);
  const files = await createMemoryProject(
    SCENE_INDEXES,
    [{ table: 'orders', cursor: 'update_time', index: 'idx_update_time' }],
    { elsewhere: 'of another application' },
  );
  return {
    schema,
    database,
    files,
    sql: async (statement) => {
      await connection.query(statement);
    },
    fill: async (rows) => {
      await connection.query(
        `SET SESSION ${server.flavour === 'mysql' ? 'cte_max_recursion_depth' : 'max_recursive_iterations'} = 1000000`,
      );
      await connection.query(
        `INSERT INTO orders (id, user_id, note, price, update_time)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
         SELECT n, n % 97, CONCAT('order ', n), n % 500, UTC_TIMESTAMP() - INTERVAL 3600 + ? - n SECOND FROM numbers`,
        [rows, rows],
      );
      await connection.query('ANALYZE TABLE orders');
    },
    migrate: async (options = {}) => {
      await up(database, await files.migrations(), options);
    },
    verify: async (checks = {}, options = {}) =>
      verify({
        project: files.project,
        databases: [{ ...files.projectDatabase, database }],
        checks: { ...INDEX_CHECKS, ...checks },
        watermarks: [],
        keep: false,
        ...options,
      }),
    [Symbol.asyncDispose]: async () => {
      await files[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await schema[Symbol.asyncDispose]();
    },
  };
}
