import { z } from 'zod';

/**
 * The JSON documents of the command line, as far as they are promised: a field that is missing, renamed or of another type
 * fails; further fields may come.
 */

const time = z.iso.datetime();
const seconds = z.number().nonnegative();
const count = z.int().nonnegative();
const position = z.array(z.string()).min(1);

export const errorDocument = z.object({
  error: z.object({
    kind: z.string(),
    message: z.string().min(1),
    hints: z.array(z.string()),
    exitCode: z.int().min(1),
  }),
});

export const migrateDocument = z.object({
  command: z.enum(['migrate up', 'migrate down', 'migrate adopt', 'migrate publish']),
  databases: z.array(
    z.object({
      database: z.string(),
      server: z.string().regex(/^(MySQL|MariaDB) \d+\.\d+\.\d+$/),
      migrations: z.array(
        z.object({
          migration: z.string().regex(/^\d{14}_[\p{L}\p{N}_$-]+$/u),
          table: z.string(),
          index: z.string(),
          columns: z.array(z.string()).min(1),
          action: z.enum(['built', 'adopted', 'dropped', 'planned']),
          statement: z.string().startsWith('ALTER TABLE ').nullable(),
          seconds: seconds.nullable(),
        }),
      ),
      pending: count,
    }),
  ),
});

export const statusDocument = z.object({
  databases: z.array(
    z.object({
      database: z.string(),
      migrations: z.array(
        z.object({
          migration: z.string(),
          table: z.string(),
          index: z.string(),
          state: z.enum(['applied', 'adopted', 'pending', 'building', 'failed', 'edited', 'orphan']),
          appliedAt: time.nullable(),
          seconds: seconds.nullable(),
        }),
      ),
    }),
  ),
});

export const planDocument = z.object({
  command: z.literal('migrate plan'),
  databases: z.array(
    z.object({
      database: z.string(),
      server: z.string(),
      statements: z.array(z.object({ sql: z.string().startsWith('ALTER TABLE '), effect: z.string() })),
      findings: z.array(
        z.object({
          severity: z.enum(['refuse', 'warn', 'note']),
          migration: z.string().nullable(),
          message: z.string(),
          hint: z.string().nullable(),
        }),
      ),
      ok: z.boolean(),
    }),
  ),
});

export const historyDocument = z.object({
  command: z.literal('migrate history'),
  databases: z.array(
    z.object({
      database: z.string(),
      history: z.array(
        z.object({ at: time, event: z.string(), migration: z.string().nullable(), executedBy: z.string() }),
      ),
    }),
  ),
});

const definition = z.object({
  columns: z
    .array(
      z.object({
        name: z.string().nullable(),
        length: z.int().positive().nullable(),
        descending: z.boolean(),
      }),
    )
    .min(1),
  unique: z.boolean(),
  type: z.enum(['BTREE', 'FULLTEXT', 'SPATIAL']),
});

export const verifyDocument = z.object({
  summary: z.object({
    expected: count,
    found: count,
    missing: count,
    changed: count,
    unrecorded: count,
    ok: z.boolean(),
  }),
  databases: z.array(
    z.object({
      database: z.string(),
      indexes: z.array(
        z.object({
          table: z.string(),
          index: z.string(),
          state: z.enum(['ok', 'missing', 'changed', 'unrecorded', 'orphan', 'hidden']),
          expected: definition.nullable(),
          actual: definition.nullable(),
          differences: z.array(z.string()),
        }),
      ),
      problems: z.array(
        z.looseObject({
          severity: z.enum(['error', 'warning', 'note']),
          rule: z.string(),
          table: z.string(),
          index: z.string().nullable(),
          message: z.string(),
          mend: z.string().nullable(),
        }),
      ),
      plans: z.array(
        z.object({
          table: z.string(),
          query: z.string().startsWith('SELECT '),
          expectedIndex: z.string(),
          usedIndex: z.string().nullable(),
          access: z.string().nullable(),
          rowsEstimated: z.number().nullable(),
          ok: z.boolean(),
        }),
      ),
      benchmark: z.array(
        z.object({
          table: z.string(),
          rows: count,
          withIndexSeconds: seconds,
          // Null where the scan was stopped because it took too long.
          withoutIndexSeconds: seconds.nullable(),
          rowsReadWith: count,
          rowsReadWithout: count.nullable(),
        }),
      ),
      usage: z.array(
        z.object({
          table: z.string(),
          index: z.string(),
          reads: count.nullable(),
          source: z.enum(['performance_schema', 'userstat', 'unavailable']),
        }),
      ),
    }),
  ),
});

export const extractLoadDocument = z.object({
  runs: z.array(
    z.object({
      database: z.string(),
      table: z.string(),
      mode: z.enum(['snapshot', 'incremental', 'full', 'compare']),
      rows: count,
      seconds,
      rowsPerSecond: z.number().nonnegative(),
      serverRowsRead: count,
      index: z.string().nullable(),
      watermark: z.object({ from: position.nullable(), to: position.nullable(), bound: z.string() }),
      source: z.object({ server: z.string().min(1), schema: z.string(), table: z.string() }),
      warnings: z.array(z.object({ kind: z.string() })),
      output: z.string(),
    }),
  ),
  ok: z.boolean(),
});

export const watermarksDocument = z.object({
  watermarks: z.array(
    z.object({
      database: z.string(),
      table: z.string(),
      cursor: position,
      value: position.nullable(),
      rows: count,
      updatedAt: time,
      lagSeconds: z.number().nullable(),
    }),
  ),
});

export const freshnessDocument = z.object({
  command: z.literal('watermarks check'),
  ok: z.boolean(),
  tables: z.array(
    z.object({
      database: z.string(),
      table: z.string(),
      ageSeconds: seconds.nullable(),
      maxLagSeconds: seconds,
      stale: z.boolean(),
    }),
  ),
});

export const tablesDocument = z.object({
  command: z.literal('tables'),
  tables: z.array(
    z.object({
      database: z.string(),
      table: z.string(),
      target: z.string(),
      strategy: z.enum(['watermark', 'full', 'compare']),
      cursor: z.string().nullable(),
      index: z.string().nullable(),
      indexState: z.enum(['ok', 'missing', 'not-needed', 'unknown']),
      rows: count.nullable(),
      rowsEstimated: z.number().nullable(),
      bytesEstimated: z.number().nullable(),
      watermark: position.nullable(),
      lagSeconds: z.number().nullable(),
      ageSeconds: seconds.nullable(),
      fault: z.string().nullable(),
    }),
  ),
});

export const doctorDocument = z.object({
  command: z.literal('doctor'),
  ok: z.boolean(),
  databases: z.array(
    z.object({
      database: z.string(),
      checks: z.array(
        z.object({
          check: z.string(),
          status: z.enum(['passed', 'warning', 'failed', 'skipped']),
          detail: z.string(),
          mend: z.string().nullable(),
        }),
      ),
    }),
  ),
});

export const poolStatusDocument = z.object({
  databases: z.array(
    z.looseObject({
      database: z.string(),
      server: z.string(),
      settings: z.looseObject({ size: count, maxOverflow: count, recycleSeconds: seconds }),
      pool: z.looseObject({ size: count, inUse: count, idle: count }),
      warnings: z.array(z.looseObject({ kind: z.string() })),
    }),
  ),
});

export const poolReportDocument = z.object({
  command: z.string(),
  pools: z.array(
    z.looseObject({
      database: z.string(),
      startedAt: time,
      endedAt: time,
      checkouts: count,
      utilisation: z.number(),
      leaks: z.array(z.unknown()),
    }),
  ),
});

export const reconcileDocument = z.object({
  ok: z.boolean(),
  reconciliations: z.array(
    z.object({
      table: z.string(),
      windows: count,
      windowsDifferent: count,
      windowsBisected: count,
      rowsCompared: count,
      rowsHashed: count,
      rowsTransferred: count,
      serverRowsRead: count,
      unhashedColumns: z.array(z.string()),
      missing: count,
      extra: count,
      different: count,
      mended: z.boolean(),
    }),
  ),
});

export const compactDocument = z.object({
  compactions: z.array(z.object({ table: z.string(), rowsBefore: count, rowsAfter: count })),
});

const proposedIndex = z.looseObject({
  name: z.string(),
  exists: z.boolean(),
  columns: z.array(z.string()).optional(),
  bytes: count.optional(),
  ddl: z.enum(['online', 'partitioned', 'blocking']).optional(),
});

export const initDocument = z.object({
  command: z.literal('init'),
  database: z.string(),
  schema: z.string(),
  server: z.string(),
  applications: z.array(z.string()),
  tables: z.array(
    z.object({
      table: z.string(),
      strategy: z.enum(['watermark', 'full', 'compare']).nullable(),
      cursor: z.string().nullable(),
      index: proposedIndex.nullable(),
      entry: z.looseObject({ table: z.string() }).nullable(),
      listed: z.boolean(),
      leftOut: z.string().nullable(),
      evidence: z.array(z.string()),
      warnings: z.array(z.string()),
      rows: count,
      bytes: count,
    }),
  ),
  files: z.array(z.string()),
  manual: z.array(z.object({ file: z.string(), instruction: z.string() })),
  warnings: z.array(z.string()),
  written: z.boolean(),
});
