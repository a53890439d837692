import { nearestName } from '../../config/nearest.ts';
import { quoteIdentifier } from '../../databases/identifiers.ts';
import type { ColumnInfo, TableInfo } from '../../schema/introspect-tables.ts';
import { columnTypeOf } from './column-type-of.ts';
import { isLossy } from './resolve-key.ts';
import type { SourceColumn } from './source-table.ts';
import type { TableSpec } from './table-spec.ts';

/** Columns that sinks add to a table: sequences, marks of deleted rows, keys in another form. */
const OWN_PREFIX = '_tidemark_';

/** What a table file says of the columns that are moved. */
type Selection = Pick<TableSpec, 'include' | 'exclude' | 'mask' | 'zeroDates'>;

/** The columns of a table that a table file asks for, as they are read, and what speaks against them. */
export function readableColumns(
  spec: Selection,
  table: TableInfo,
): { readonly columns: readonly SourceColumn[]; readonly faults: readonly string[] } {
  const faults = [...unknownColumns(spec, table)];
  const selected = table.columns.filter((column) => isSelected(spec, column.name));
  const own: SourceColumn[] = [];
  for (const info of selected) {
    const column = sourceColumn(spec, info);
    if (column !== null) own.push(column);
    else {
      faults.push(
        `column "${info.name}" has type ${info.columnType}, which has no exact mapping; list it in "exclude"`,
      );
    }
  }
  for (const { name } of own.filter((column) => column.name.toLowerCase().startsWith(OWN_PREFIX))) {
    faults.push(
      `column "${name}" has a name that tidemark keeps for its own columns of a sink (${OWN_PREFIX}…); list it in "exclude"`,
    );
  }
  const srids = own.filter((column) => column.type.kind === 'geometry').map(sridColumn);
  for (const { name } of srids.filter((srid) => own.some((column) => sameName(column.name, srid.name)))) {
    faults.push(
      `column "${name}" is where the SRID of a geometry goes; list it or the geometry in "exclude"`,
    );
  }
  return { columns: [...own, ...srids], faults };
}

/** Names that a table file lists and the table does not have. */
function unknownColumns(spec: Selection, table: TableInfo): readonly string[] {
  const names = table.columns.map((column) => column.name);
  const listed = [...(spec.include ?? []), ...(spec.exclude ?? []), ...Object.keys(spec.mask ?? {})];
  return listed
    .filter((candidate) => !names.some((known) => sameName(known, candidate)))
    .map((name) => {
      const nearest = nearestName(name, names);
      return `column "${name}" does not exist${nearest === null ? '' : `; did you mean "${nearest}"?`}`;
    });
}

/** Columns that are needed as they are, and that a table file leaves out or masks. */
export function neededColumns(
  spec: Selection,
  table: TableInfo,
  needed: readonly string[],
): readonly string[] {
  const exists = (name: string) => table.columns.some((known) => sameName(known.name, name));
  const isMasked = (name: string) => Object.keys(spec.mask ?? {}).some((masked) => sameName(masked, name));
  return needed.flatMap((name) => [
    ...(exists(name) && !isSelected(spec, name) ? [`column "${name}" is needed and cannot be left out`] : []),
    ...(isMasked(name) ? [`column "${name}" is part of the key or the cursor and cannot be masked`] : []),
  ]);
}

const LONG = /text$|blob$|^json$|^xmltype$|^vector$/;

/** A column as it is read; null for a type without an exact mapping. */
export function sourceColumn(
  spec: Pick<Selection, 'mask' | 'zeroDates'>,
  column: ColumnInfo,
): SourceColumn | null {
  const mask = Object.entries(spec.mask ?? {}).find(([name]) => sameName(name, column.name))?.[1] ?? null;
  const type = columnTypeOf(column, spec.zeroDates ?? 'null');
  if (type === null) return null;
  return {
    name: column.name,
    type: mask === null ? type : { kind: 'text' },
    expression: expressionOf(column),
    nullable: column.nullable || mask === 'null',
    mask,
    ...(mask === null && isLossy(column) ? { lossy: true } : {}),
    ...(LONG.test(column.dataType) || type.kind === 'geometry' ? { long: true } : {}),
  };
}

/** Well-known binary has no place for the spatial reference system of a geometry. */
function sridColumn({ name, nullable }: SourceColumn): SourceColumn {
  return {
    name: `${name}_srid`,
    type: { kind: 'integer', bytes: 4, signed: false },
    expression: `ST_SRID(${quoteIdentifier(name)})`,
    nullable,
    mask: null,
  };
}

function expressionOf(column: ColumnInfo): string {
  const quoted = quoteIdentifier(column.name);
  // The text protocol prints a FLOAT with 6 digits, and FLOAT(M,D) and DOUBLE(M,D) with D decimals; as a plain DOUBLE
  // the value comes with all the digits that tell it from its neighbours (tested on both servers).
  return column.dataType === 'float' || column.dataType === 'double' ? `(${quoted} + 0E0)` : quoted;
}

/** Whether a table file asks for a column. */
export function isSelected(spec: Pick<TableSpec, 'include' | 'exclude'>, name: string): boolean {
  const included = spec.include === undefined || spec.include.some((wanted) => sameName(wanted, name));
  return included && !(spec.exclude ?? []).some((left) => sameName(left, name));
}

/** The column of a name that is known to be among them. */
export function columnNamed(columns: readonly SourceColumn[], name: string): SourceColumn {
  return columns.find((column) => sameName(column.name, name))!;
}

/** Column names are not case-sensitive on either server. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
