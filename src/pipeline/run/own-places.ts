import { ConfigurationError, RefusedError } from '../../errors.ts';
import type { StateReader } from '../../sinks/sink.ts';
import type { ExtractedDatabase } from '../source/describe-source.ts';
import type { ExtractedTable } from '../source/load-tables.ts';

type Places = Pick<StateReader, 'placesOf'>;

/**
 * Refuses tables that a sink could not tell apart, before anything is read: those of the table file that would share a
 * place (a ConfigurationError), and those that would take the place of another one that the sink holds (a RefusedError).
 */
export async function requireOwnPlaces(
  sink: Places & Pick<StateReader, 'states'>,
  databases: readonly ExtractedDatabase[],
): Promise<void> {
  const faults = databases.flatMap(({ database, tables }) =>
    sharedPlaces(sink, tables).map(
      ([one, other]) =>
        `${database.name}.${one.name} and ${database.name}.${other.name} would share a table in the sink, which cannot tell "${one.target}" from "${other.target}"`,
    ),
  );
  if (faults.length > 0) {
    throw new ConfigurationError(faults, {
      hint: "give one of them another name in the sink: as: '…' in its entry of the table file",
    });
  }
  const states = await sink.states();
  for (const { database, tables } of databases) {
    const held = states.filter((state) => state.database === database.name).map(({ table }) => table);
    requireFree(sink, database.name, tables, held);
  }
}

/** Names of tables that take up a place of one of these, itself among them if it is there. */
export function tablesInPlaceOf(sink: Places, table: string, held: readonly string[]): readonly string[] {
  const places = new Set(sink.placesOf(table));
  return held.filter((other) => sink.placesOf(other).some((place) => places.has(place)));
}

/** Pairs of tables that share a place. */
function sharedPlaces(
  { placesOf }: Places,
  tables: readonly ExtractedTable[],
): readonly (readonly [ExtractedTable, ExtractedTable])[] {
  const owners = new Map<string, ExtractedTable>();
  return tables.flatMap((table) => {
    const places = placesOf(table.target);
    const owner = places.map((place) => owners.get(place)).find((other) => other !== undefined);
    for (const place of places) owners.set(place, table);
    return owner === undefined ? [] : [[owner, table] as const];
  });
}

function requireFree(
  { placesOf }: Places,
  database: string,
  tables: readonly ExtractedTable[],
  held: readonly string[],
): void {
  const owners = new Map<string, readonly string[]>();
  for (const table of held)
    for (const place of placesOf(table)) owners.set(place, [...(owners.get(place) ?? []), table]);
  for (const { name, target, formerName } of tables) {
    const there = placesOf(target).flatMap((place) => owners.get(place) ?? []);
    const other = there.find((table) => table !== target && table !== formerName);
    if (other === undefined) continue;
    throw new RefusedError(
      `${database}.${name}: the sink holds "${other}" where "${target}" would go, and cannot tell them apart`,
      {
        hint: there.includes(target)
          ? `both were loaded into one table: give one another name (as: '…'), forget what there is with "tidemark watermarks reset --db=${database} --table=${name}", and reload them`
          : `if it is the same table under another name, say renamedFrom: '${other}'; if not, give one of them another name in the sink with as: '…'`,
      },
    );
  }
}
