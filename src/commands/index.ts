import { auditCommand } from './audit.ts';
import { compactCommand } from './compact.ts';
import { completionCommand } from './completion.ts';
import { devCommand } from './dev/index.ts';
import { doctorCommand } from './doctor.ts';
import { extractLoadCommand } from './extract-load/index.ts';
import { initCommand } from './init.ts';
import { migrateCommand } from './migrate/index.ts';
import { poolCommand } from './pool.ts';
import { reconcileCommand } from './reconcile.ts';
import { tablesCommand } from './tables.ts';
import { verifyCommand } from './verify/index.ts';
import { watermarksCommand } from './watermarks/index.ts';

/** Every command, in the order of the help. */
export const commands = [
  initCommand,
  migrateCommand,
  extractLoadCommand,
  tablesCommand,
  watermarksCommand,
  reconcileCommand,
  auditCommand,
  compactCommand,
  verifyCommand,
  poolCommand,
  doctorCommand,
  devCommand,
  completionCommand,
];
