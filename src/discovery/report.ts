import { formatBytes, formatCount } from '../format.ts';
import type { Output } from '../output.ts';
import { isWatermark, type TableSpec } from '../pipeline/source/table-spec.ts';
import type { Choice, ProposedIndex, Proposal, TableProposal } from './propose/proposal.ts';
import { indexName, newEntry, newReason } from './propose/proposal.ts';
import type { FilePlan } from './write/plan-files.ts';

/** A proposal, the files that it needs, and whether they were written. */
export interface InitResult {
  readonly proposal: Proposal;
  readonly plan: FilePlan;
  readonly written: boolean;
  /** A person has seen the proposal, and was asked. */
  readonly shown: boolean;
  readonly warnings: readonly string[];
}

/** The JSON document of `init`. */
export function toDocument({ proposal, plan, written, warnings }: InitResult) {
  const { database, schema, server, applications, tables } = proposal;
  return {
    command: 'init',
    database,
    schema,
    server,
    applications,
    tables: tables.map(({ table, choice, evidence, warnings: own, rows, bytes }) => ({
      table,
      ...documentOf(choice),
      evidence,
      warnings: own,
      rows,
      bytes,
    })),
    files: plan.files.map(({ file }) => file),
    manual: plan.manual,
    warnings,
    written,
  };
}

function documentOf(choice: Choice) {
  const nothing = { strategy: null, cursor: null, index: null, entry: null, listed: false, leftOut: null };
  switch (choice.kind) {
    case 'move':
      return { ...nothing, ...entryOf(choice.spec, choice.index) };
    case 'listed':
      return choice.spec === null
        ? { ...nothing, listed: true }
        : { ...nothing, ...entryOf(choice.spec, choice.index), listed: true };
    case 'move-whole':
      return { ...nothing, ...entryOf(choice.spec, null) };
    case 'leave-out':
      return { ...nothing, leftOut: choice.reason };
  }
}

function entryOf(spec: TableSpec, index: ProposedIndex | null) {
  return {
    strategy: spec.strategy ?? 'watermark',
    cursor: isWatermark(spec) ? spec.cursor : null,
    entry: spec,
    index:
      index === null
        ? null
        : index.kind === 'build'
          ? {
              name: index.definition.name,
              exists: false,
              columns: index.definition.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : [])),
              bytes: index.bytes,
              ddl: index.ddl,
            }
          : { name: index.name, exists: index.kind === 'exists' },
  };
}

/** What a person reads at the end. */
export function renderResult(
  { proposal, plan, written, shown }: InitResult,
  output: Pick<Output, 'colors' | 'table'>,
): string {
  const db = `--db=${proposal.database}`;
  const changes = plan.files.length + plan.manual.length > 0;
  const files = changes ? renderFiles(plan, written) : '';
  const outcome = written
    ? `Next: npx tidemark migrate up ${db}, then npx tidemark extract-load ${db}`
    : changes
      ? 'nothing was written; --yes writes the files'
      : 'nothing is new';
  return [...(shown ? [] : [renderProposal(proposal, output)]), files, outcome]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The proposal as a person reads it in a terminal. */
export function renderProposal(proposal: Proposal, output: Pick<Output, 'colors' | 'table'>): string {
  const { colors } = output;
  const { database, schema, server, applications, tables } = proposal;
  const moved = tables.filter(({ choice }) => newEntry(choice) !== null);
  const listed = tables.filter(({ choice }) => choice.kind === 'listed' && choice.spec !== null);
  const left = tables.flatMap(({ table, choice }) => {
    const reason = newReason(choice);
    return reason === null ? [] : [[table, reason] as const];
  });
  const widest = Math.max(0, ...left.map(([table]) => table.length));
  return [
    colors.bold(`${database} (${schema} on ${server})`),
    ...(applications.length === 0 ? [] : [`recognized: ${applications.join(', ')}`]),
    ...moved.flatMap((table) => renderTable(table, output)),
    ...listed.flatMap((table) => renderListed(table)),
    ...(left.length === 0
      ? []
      : [
          '',
          colors.bold('left out'),
          ...left.map(([table, reason]) => `  ${table.padEnd(widest)}  ${reason}`),
        ]),
    '',
    totals(proposal),
  ].join('\n');
}

function renderTable(
  { table, rows, evidence, warnings, choice }: TableProposal,
  { colors }: Pick<Output, 'colors'>,
): readonly string[] {
  const details = [
    ...(evidence.length === 0 ? [] : [`  ${evidence.join('; ')}`]),
    ...warnings.map((warning) => `  ${colors.yellow('warning')}: ${warning}`),
  ];
  const title = `${colors.bold(table)}  ${formatCount(rows)} rows`;
  if (choice.kind === 'move-whole') return ['', `${title} by strategy ${choice.spec.strategy}`, ...details];
  if (choice.kind !== 'move') return [];
  const { spec, index } = choice;
  const options = Object.entries(spec).filter(([name]) => !['table', 'cursor', 'index'].includes(name));
  const extra = options.map(([name, value]) => `${name} ${[value].flat().join(', ')}`);
  return [
    '',
    `${title} by ${colors.cyan(spec.cursor)}, ${describeIndex(index)}${extra.length === 0 ? '' : `, ${extra.join(', ')}`}`,
    ...details,
  ];
}

function renderListed({ table, choice }: TableProposal): readonly string[] {
  if (choice.kind !== 'listed' || choice.spec === null || choice.index?.kind === 'exists') return [];
  const { spec, index } = choice;
  if (!isWatermark(spec)) return [];
  return [
    '',
    index === null
      ? `${table}  listed already, and no index can serve its cursor "${spec.cursor}": see tidemark doctor`
      : `${table}  listed already by ${spec.cursor}, ${describeIndex(index)}`,
  ];
}

function describeIndex(index: ProposedIndex): string {
  if (index.kind === 'exists') return `through ${indexName(index)}, which is there`;
  if (index.kind === 'declared') return `through ${indexName(index)}, which a migration builds`;
  const size = formatBytes(index.bytes);
  return `through ${indexName(index)} to build: about ${size}, ${index.ddl}`;
}

function totals({ tables }: Proposal): string {
  const count = (matches: (choice: Choice) => boolean) =>
    formatCount(tables.filter(({ choice }) => matches(choice)).length);
  const listed = tables.filter(({ choice }) => choice.kind === 'listed').length;
  return [
    `${formatCount(tables.length)} tables: ${count((choice) => newEntry(choice) !== null)} to move`,
    ...(listed === 0 ? [] : [`${formatCount(listed)} listed already`]),
    `${count((choice) => newReason(choice) !== null)} left out`,
    `${count((choice) => 'index' in choice && choice.index?.kind === 'build')} indexes to build`,
  ].join(', ');
}

/** Which files, and what of them; never their content, which has a password in it. */
export function renderFiles({ files, manual }: FilePlan, written: boolean): string {
  const migrations = files.filter(({ file }) => file.startsWith('migrations'));
  const others = files.filter((file) => !migrations.includes(file));
  const verb = (change: 'new' | 'added') => {
    if (change === 'new') return written ? 'wrote' : 'new';
    return written ? 'added to' : 'add to';
  };
  return [
    ...others.map(
      ({ file, change, adds }) => `  ${verb(change).padEnd(8)} ${file}${adds === null ? '' : `: ${adds}`}`,
    ),
    ...(migrations.length === 0
      ? []
      : [
          `  ${verb('new').padEnd(8)} ${migrations.length} of ${migrations[0]!.file.replace(/[^/\\]+$/, '*.ts')}`,
        ]),
    ...manual.map(({ file, instruction }) => `  by hand  ${file}: ${instruction}`),
  ].join('\n');
}
