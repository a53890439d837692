import type { Database } from '../../src/databases/database.ts';
import { type IndexOptions, defineIndex } from '../../src/migrations/define-index.ts';
import type { MigrationEvent } from '../../src/migrations/events.ts';
import {
  DEFAULT_DOWN_OPTIONS,
  type MigrateDownOptions,
  type MigrateDownRequest,
  migrateDown,
} from '../../src/migrations/migrate-down.ts';
import {
  DEFAULT_UP_OPTIONS,
  type MigrateUpOptions,
  type MigrateUpRequest,
  migrateUp,
} from '../../src/migrations/migrate-up.ts';
import { type Migration, definitionChecksum } from '../../src/migrations/migration.ts';
import type { MigrateResult } from '../../src/migrations/result.ts';

/** Migrations as their files would declare them, in order. */
export function testMigrations(...declarations: readonly IndexOptions[]): readonly Migration[] {
  return declarations.map((options, position) => {
    const { definition, online, strategy, description } = defineIndex(options);
    const name = `${20_261_123_000_001 + position}_${options.table}_${options.name}`;
    return {
      name,
      file: `${name}.ts`,
      definition,
      online,
      strategy,
      description,
      checksum: definitionChecksum(definition),
    };
  });
}

type UpExtras = Partial<Omit<MigrateUpRequest, 'options' | 'database' | 'migrations'>>;
type DownExtras = Partial<Omit<MigrateDownRequest, 'options' | 'database' | 'migrations'>>;

/** `migrate up` with the default options but for those given. */
export function up(
  database: Database,
  migrations: readonly Migration[],
  options: Partial<MigrateUpOptions> = {},
  extras: UpExtras = {},
): Promise<MigrateResult> {
  return migrateUp({
    database,
    migrations,
    options: { ...DEFAULT_UP_OPTIONS, ...options },
    ...quiet(),
    ...extras,
  });
}

/** `migrate down` with the default options but for those given. */
export function down(
  database: Database,
  migrations: readonly Migration[],
  options: Partial<MigrateDownOptions> = {},
  extras: DownExtras = {},
): Promise<MigrateResult> {
  return migrateDown({
    database,
    migrations,
    options: { ...DEFAULT_DOWN_OPTIONS, ...options },
    dependents: [],
    ...quiet(),
    ...extras,
  });
}

/** An observer that keeps what it is told. */
export function recorder(): {
  readonly events: MigrationEvent[];
  readonly observe: (event: MigrationEvent) => void;
} {
  const events: MigrationEvent[] = [];
  return { events, observe: (event) => events.push(event) };
}

/** What is done, in one word per migration. */
export function actions(result: MigrateResult): readonly string[] {
  return result.migrations.map(({ action, index }) => `${action} ${index}`);
}

function quiet() {
  return { observe: () => {}, signal: new AbortController().signal, toolVersion: '0.0.0-test' };
}
