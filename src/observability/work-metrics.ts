import type { Registry } from 'prom-client';
import type { Prometheus } from './pool-metrics.ts';

/** Where the work of a run is recorded. */
export interface WorkMetrics {
  /** The extraction of one table is done. */
  extracted(run: {
    readonly database: string;
    readonly table: string;
    readonly mode: string;
    readonly rows: number;
    readonly seconds: number;
  }): void;
  /** One migration is done. */
  migrated(run: {
    readonly database: string;
    readonly migration: string;
    readonly action: string;
    readonly seconds: number;
  }): void;
}

export function workMetrics({ Counter, Gauge }: Prometheus, registry: Registry): WorkMetrics {
  const registers = [registry];
  const rows = new Counter({
    name: 'tidemark_extracted_rows_total',
    help: 'Rows extracted',
    labelNames: ['database', 'table', 'mode'],
    registers,
  });
  const extractSeconds = new Counter({
    name: 'tidemark_extract_seconds_total',
    help: 'Seconds spent on extracting',
    labelNames: ['database', 'table', 'mode'],
    registers,
  });
  const migrations = new Counter({
    name: 'tidemark_migrations_total',
    help: 'Migrations run, by what was done',
    labelNames: ['database', 'action'],
    registers,
  });
  const migrationSeconds = new Gauge({
    name: 'tidemark_migration_seconds',
    help: 'How long each migration took when it was last run',
    labelNames: ['database', 'migration', 'action'],
    registers,
  });
  return {
    extracted: ({ database, table, mode, rows: count, seconds }) => {
      rows.inc({ database, table, mode }, count);
      extractSeconds.inc({ database, table, mode }, seconds);
    },
    migrated: ({ database, migration, action, seconds }) => {
      migrations.inc({ database, action });
      migrationSeconds.set({ database, migration, action }, seconds);
    },
  };
}
