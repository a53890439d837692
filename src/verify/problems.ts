import type { IndexDifference } from '../schema/compare-indexes.ts';
import type { TableDrift } from '../pipeline/source/table-drift.ts';
import { describeParts } from '../schema/index-definition.ts';
import type { DatabaseFindings } from './database-findings.ts';
import type { RuleId } from './rules.ts';
import {
  type IndexFinding,
  type RecordedIndex,
  type UnrecordedReason,
  recordedIndex,
  subjectIndex,
} from './index-finding.ts';
import type { PlanFinding } from './plans/plan-finding.ts';

/** Something that a person should know: an error fails the verification, a warning and a note do not. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'note';
  readonly rule: RuleId;
  readonly database: string;
  readonly table: string;
  /** Null for what concerns the table as a whole. */
  readonly index: string | null;
  /** What is wrong, naming table and index. */
  readonly message: string;
  /** What to do about it; null for what needs nothing. */
  readonly mend: string | null;
  /** Absolute path of the migration's file, where there is one. */
  readonly file: string | null;
}

/** The findings of several databases. */
interface Findings {
  readonly databases: readonly DatabaseFindings[];
}

/** Whether nothing differs from what is recorded, and every plan that was asked for is served by its index. */
export function isOk(findings: Findings): boolean {
  return allProblems(findings).every(({ severity }) => severity !== 'error');
}

/** The problems of every database, in the order of the findings. */
export function allProblems(findings: Findings): readonly Problem[] {
  return findings.databases.flatMap(databaseProblems);
}

/** The problems of one database: of its indexes, of its table file, then of its plans. */
export function databaseProblems(findings: DatabaseFindings): readonly Problem[] {
  const { database, indexes, tables, plans } = findings;
  return [
    ...indexes.flatMap((finding) => indexProblems(finding, database)),
    ...tables.map((drift) => tableProblem(drift, database)),
    ...plans.flatMap((finding) => planProblems(finding, database)),
  ];
}

/** The problems of one index: of its state, then the remarks. */
export function indexProblems(finding: IndexFinding, database: string): readonly Problem[] {
  const { table, name } = subjectIndex(finding);
  const about = { database, table, index: name, file: recordedIndex(finding)?.file ?? null };
  return [
    ...stateProblems(finding, database).map((problem) => ({ ...about, ...problem })),
    ...remarkProblems(finding).map((problem) => ({ ...about, ...problem })),
  ];
}

/** What a table file should say, and does not. */
export function tableProblem(drift: TableDrift, database: string): Problem {
  const { table } = drift;
  const about = { severity: 'error', database, table, index: null, file: null } as const;
  const patch = `npx tidemark init --db=${database} proposes`;
  switch (drift.kind) {
    case 'unmentioned':
      return {
        ...about,
        rule: 'table-unmentioned',
        message: `table ${table} is in the database, and tables/${database}.ts neither moves it nor leaves it out`,
        mend: `${patch} an entry, or the reason to leave it out`,
      };
    case 'table-gone':
      return {
        ...about,
        rule: 'table-entry-broken',
        message: `tables/${database}.ts moves ${table}, which is not in the database`,
        mend: 'take its entry out of the file, or say what it is called now with renamedFrom',
      };
    case 'cursor-gone':
      return {
        ...about,
        rule: 'table-entry-broken',
        message: `tables/${database}.ts moves ${table} by ${drift.cursor}, a column that it does not have`,
        mend: `take the entry out of the file: ${patch} another cursor`,
      };
    case 'index-gone':
      return {
        ...about,
        index: drift.index,
        rule: 'table-entry-broken',
        message: `tables/${database}.ts moves ${table} by ${drift.cursor}, which no index serves: ${drift.index} is not there or is another one`,
        mend: `${patch} the migration that builds it, where none does`,
      };
  }
}

/** The problems of one plan: none, or that the query is not served. */
export function planProblems(finding: PlanFinding, database: string): readonly Problem[] {
  if (finding.kind === 'served' || finding.kind === 'nothing-to-read') return [];
  const { table, expectedIndex, reason, mend } = finding;
  const message = `the extraction of ${table} is not served by ${expectedIndex}: ${reason}`;
  return [
    {
      severity: 'error',
      rule: 'plan-not-served',
      database,
      table,
      index: expectedIndex,
      message,
      mend,
      file: null,
    },
  ];
}

type Saying = Pick<Problem, 'severity' | 'rule' | 'message' | 'mend'>;

function stateProblems(finding: IndexFinding, database: string): readonly Saying[] {
  const { table, name } = subjectIndex(finding);
  const index = `index ${name} of ${table}`;
  switch (finding.kind) {
    case 'ok':
      return [];
    case 'missing':
      return [missingProblem(finding.recorded, finding.equivalent, index, database)];
    case 'changed': {
      const { definition } = finding.recorded;
      const message = `${index} differs in ${finding.differences.join(', ')}: expected ${columnList(definition.parts)}, found ${columnList(finding.actual.parts)}`;
      return [
        error(
          'index-changed',
          `${message}${attributes(finding.differences)}`,
          repair(finding.recorded, database),
        ),
      ];
    }
    case 'hidden': {
      if (finding.recorded.hiddenOnPurpose) {
        const message = `${index} is hidden from the optimizer, as "migrate up --hidden" or "migrate down --soak" left it`;
        return [
          {
            severity: 'note',
            rule: 'index-hidden',
            message,
            mend: `npm run migrate:publish -- --db=${database}`,
          },
        ];
      }
      return [
        error(
          'index-hidden',
          `${index} is hidden from the optimizer: no query uses it`,
          showRepair(database),
        ),
      ];
    }
    case 'orphan':
      return [
        error(
          'index-orphan',
          `${index} was applied by migration ${finding.recorded.migration}, whose file is gone`,
          'restore the file from version control',
        ),
      ];
    case 'edited': {
      const message = `${index} is as it was applied, but its migration file was edited since: ${finding.differences.join(', ')}`;
      return [
        error(
          'migration-edited',
          message,
          'restore the file, and write the change as a migration of its own',
        ),
      ];
    }
    case 'unrecorded':
      return [unrecordedProblem(finding.reason, index, database)];
  }
}

function missingProblem(
  recorded: RecordedIndex,
  equivalent: string | null,
  index: string,
  database: string,
): Saying {
  const columns = columnList(recorded.definition.parts);
  if (equivalent !== null) {
    const adopt = `npm run migrate:adopt -- --db=${database} --adopt-equivalent records that one`;
    return error(
      'index-missing',
      `${index} ${columns} is missing; ${equivalent} has the same definition`,
      adopt,
    );
  }
  if (recorded.inPlace) {
    const message = `${index} ${columns} is missing, though the ledger says that it is there`;
    return error('index-missing', message, showRepair(database));
  }
  const state =
    recorded.state === 'pending' ? 'its migration is pending' : `its build is "${recorded.state}"`;
  return error(
    'index-missing',
    `${index} ${columns} is missing: ${state}`,
    `npm run migrate:up -- --db=${database}`,
  );
}

function unrecordedProblem(reason: UnrecordedReason, index: string, database: string): Saying {
  switch (reason.kind) {
    case 'pending':
      return error(
        'index-unrecorded',
        `${index} is there as its pending migration declares it, but the ledger does not know it`,
        `npm run migrate:adopt -- --db=${database}`,
      );
    case 'unfinished':
      return error(
        'index-unrecorded',
        `${index} is there, but a run broke off while the ledger said "${reason.recorded.state}"`,
        `npm run migrate:up -- --db=${database} settles what that run left`,
      );
    case 'stray':
      return error(
        'index-unrecorded',
        `${index} is in no migration and not in the baseline`,
        `drop it, write a migration for it (npm run migrate:create), or accept it: npm run verify -- --db=${database} --update-baseline`,
      );
    case 'differs-from-baseline':
      return error(
        'index-unrecorded',
        `${index} differs from the baseline in ${reason.differences.join(', ')}`,
        `accept it with npm run verify -- --db=${database} --update-baseline`,
      );
  }
}

function remarkProblems(finding: IndexFinding): readonly Saying[] {
  const { table, name } = subjectIndex(finding);
  return finding.remarks.map((remark): Saying => {
    switch (remark.kind) {
      case 'duplicate':
        return warning(
          'index-redundant',
          `index ${name} of ${table} has the same definition as ${remark.of}`,
        );
      case 'redundant':
        return warning(
          'index-redundant',
          `index ${name} of ${table} is redundant: ${remark.to} does all that it does`,
        );
      case 'covers':
        return note('index-redundant', `index ${remark.index} of ${table} is a left prefix of ${name}`);
      case 'starts-with-primary-key':
        return note(
          'index-redundant',
          `index ${name} of ${table} starts with the primary key, which finds the row by itself`,
        );
    }
  });
}

const error = (rule: RuleId, message: string, mend: string): Saying => ({
  severity: 'error',
  rule,
  message,
  mend,
});
const warning = (rule: RuleId, message: string): Saying => ({
  severity: 'warning',
  rule,
  message,
  mend: null,
});
const note = (rule: RuleId, message: string): Saying => ({ severity: 'note', rule, message, mend: null });

const showRepair = (database: string) => `npm run verify -- --db=${database} --fix shows the repair`;

function repair(recorded: RecordedIndex, database: string): string {
  return recorded.inPlace
    ? showRepair(database)
    : 'drop or rename the index that is there, or declare it in the migration as it is';
}

function columnList(parts: Parameters<typeof describeParts>[0]): string {
  return `(${describeParts(parts).join(', ')})`;
}

/** Names what the list of columns cannot show. */
function attributes(differences: readonly IndexDifference[]): string {
  const unseen = differences.filter((difference) =>
    ['uniqueness', 'type', 'visibility', 'comment'].includes(difference),
  );
  return unseen.length === differences.length ? ` with another ${unseen.join(', ')}` : '';
}
