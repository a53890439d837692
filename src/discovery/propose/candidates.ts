import { type KnownTable } from '../applications/application.ts';
import type { TableFacts } from '../facts.ts';
import { type ColumnInfo, isTime } from '../../schema/introspect-tables.ts';
import { soundsAppendOnly } from './append-only.ts';
import { isStampedByServer, mayHoldTime, meaningOf } from './column-meaning.ts';

/** A column that might say when a row changed, and why. */
export interface Candidate {
  readonly column: ColumnInfo;
  readonly why: 'known' | 'on-update' | 'modified' | 'created' | 'growing-id';
}

/** What a table offers as cursors, before a row of it was looked at. */
export interface Candidates {
  /** The best first. */
  readonly cursors: readonly Candidate[];
  /** The column that says when a row was made, to tell whether another one moves after that. */
  readonly created: ColumnInfo | null;
  readonly appendOnly: boolean;
}

export function findCandidates({ table, indexes }: TableFacts, known: KnownTable | null): Candidates {
  const columns = table.columns.filter(mayHoldTime);
  const meaning = new Map(columns.map((column) => [column.name, meaningOf(column.name, table.name)]));
  const withMeaning = (wanted: string) => columns.filter(({ name }) => meaning.get(name) === wanted);
  const appendOnly = known?.appendOnly ?? soundsAppendOnly(table.name);
  const created = withMeaning('created').toSorted(byFitness);
  const growing = table.columns.filter(
    ({ name, extra }) =>
      extra.includes('AUTO_INCREMENT') &&
      indexes.some(({ table: of, parts: [first] }) => of === table.name && isColumn(first, name)),
  );
  const as = (why: Candidate['why']) => (column: ColumnInfo) => ({ column, why });
  const changes: readonly Candidate[] =
    known?.noCursor === true
      ? []
      : [
          ...columns.filter(({ name }) => name === known?.cursor).map(as('known')),
          ...columns
            .filter(isStampedByServer)
            .toSorted(byFitness)
            // An older server stamps the first TIMESTAMP of a table, whatever it is called.
            .toSorted((left, right) => Number(says(right)) - Number(says(left)))
            .map(as('on-update')),
          ...withMeaning('modified').toSorted(byFitness).map(as('modified')),
        ];
  function says({ name }: ColumnInfo): boolean {
    return meaning.get(name) === 'modified';
  }
  const cursors = [
    ...changes,
    // The id of what is only added needs no new index.
    ...growing.map(as('growing-id')),
    ...(appendOnly ? created.map(as('created')) : []),
  ];
  return {
    cursors: cursors.filter(
      ({ column }, at) => cursors.findIndex((other) => other.column.name === column.name) === at,
    ),
    created: created[0] ?? null,
    appendOnly,
  };
}

function isColumn(part: TableFacts['indexes'][number]['parts'][number] | undefined, name: string): boolean {
  return part?.kind === 'column' && part.name === name;
}

/** An instant before a local time before a number before a day; UTC before another zone; never NULL before seldom; fine before coarse. */
function byFitness(left: ColumnInfo, right: ColumnInfo): number {
  return fitness(right) - fitness(left);
}

function fitness(column: ColumnInfo): number {
  const type = { timestamp: 40, datetime: 30, date: 0 }[column.dataType] ?? 20;
  return (
    type +
    (endsInUtc(column.name) ? 15 : 0) +
    (column.nullable ? 0 : 2) +
    (isTime(column) ? (column.timePrecision ?? 0) / 10 : 0)
  );
}

/** Whether a name says that its times are in UTC. At its beginning, `gmt_modified`, it is a habit that means nothing. */
export function endsInUtc(name: string): boolean {
  return /(?:gmt|utc)$/i.test(name);
}
