import { type DatabaseConfig, serverAddress } from '../config/database-config.ts';
import type { Project, ProjectDatabase } from '../config/project.ts';
import type { Database } from '../databases/database.ts';
import { TidemarkError } from '../errors.ts';
import type { TableState } from '../sinks/sink.ts';
import type { DatabaseCheck } from './check.ts';
import { cursorsCheck } from './checks/cursors.ts';
import { checkFiles } from './checks/files.ts';
import { ledgerCheck } from './checks/ledger.ts';
import { lockCheck } from './checks/lock.ts';
import { privilegesCheck } from './checks/privileges.ts';
import { settingsCheck } from './checks/settings.ts';
import { sourceCheck } from './checks/source.ts';
import { tablesCheck } from './checks/tables.ts';
import { tlsCheck } from './checks/tls.ts';
import { versionCheck } from './checks/version.ts';
import {
  type CheckName,
  type CheckResult,
  type DatabaseDiagnosis,
  type Outcome,
  failed,
  passed,
} from './outcome.ts';

export interface ExamineOptions {
  readonly project: Project;
  readonly projectDatabase: ProjectDatabase;
  /** Throws a ConfigurationError with every fault. */
  readonly configure: () => DatabaseConfig;
  /** What the sink knows of its tables. */
  readonly states: () => Promise<readonly TableState[]>;
  /** Throws what `openDatabase` throws. */
  readonly open: <Result>(work: (database: Database) => Promise<Result>) => Promise<Result>;
}

const DATABASE_CHECKS: readonly DatabaseCheck[] = [
  versionCheck,
  settingsCheck,
  cursorsCheck,
  privilegesCheck,
  tlsCheck,
  ledgerCheck,
  lockCheck,
  tablesCheck,
  sourceCheck,
];

/** Runs every check of one database. Reads only. A fault is an outcome, never an error. */
export async function examineDatabase(options: ExamineOptions): Promise<DatabaseDiagnosis> {
  const { project, projectDatabase } = options;
  const database = projectDatabase.name;
  let config: DatabaseConfig;
  try {
    config = options.configure();
  } catch (error) {
    const checks = [{ check: 'configuration' as const, outcome: explain(error) }];
    return { database, checks: [...checks, ...skip(['files', 'connection'], 'configuration')] };
  }
  const configuration = passed(`${config.user}@${serverAddress(config)}, schema ${config.schema}`);
  const files = await checkFiles(project, projectDatabase, config).catch(explain);
  return {
    database,
    checks: [
      { check: 'configuration', outcome: configuration },
      { check: 'files', outcome: files },
      ...(await examineServer(options)),
    ],
  };
}

async function examineServer({
  project,
  projectDatabase,
  states,
  open,
}: ExamineOptions): Promise<readonly CheckResult[]> {
  try {
    return await open(async (database) => {
      const results: CheckResult[] = [{ check: 'connection', outcome: passed('connected') }];
      for (const { name, run } of DATABASE_CHECKS) {
        const found = await run({ project, projectDatabase, database, states }).catch(explain);
        results.push(...[found].flat().map((outcome) => ({ check: name, outcome })));
      }
      return results;
    });
  } catch (error) {
    return [{ check: 'connection', outcome: explain(error) }, ...skip([], 'connection')];
  }
}

/** The checks that cannot be run once an earlier one failed. */
function skip(checks: readonly CheckName[], failedCheck: CheckName): readonly CheckResult[] {
  const names = [...checks, ...DATABASE_CHECKS.map(({ name }) => name)];
  return names.map((check) => ({ check, outcome: { kind: 'skipped', detail: `needs the ${failedCheck}` } }));
}

function explain(error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const hints = error instanceof TidemarkError ? error.hints : [];
  return failed(
    message,
    hints.length === 0 ? 'run again with --verbose and report what it prints' : hints.join('; '),
  );
}
