import path from 'node:path';

/** `YYYYMMDDHHMMSS_<table>_<index>`: the time orders the migrations. */
const NAME = /^\d{14}_(?<subject>.+)$/;

/** A migration file's name without its extension. */
export function migrationName(file: string): string {
  return path.basename(file, path.extname(file));
}

/** The name that a migration has that is created at `time`, which is taken in UTC so that a team's clocks agree. */
export function newMigrationName(time: Date, table: string, index: string): string {
  const digits = time.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${digits}_${nameSubject(table, index)}`;
}

/** What is wrong with a file's name, given the index that it declares, or null. */
export function nameFault(name: string, table: string, index: string): string | null {
  const subject = nameSubject(table, index);
  const match = NAME.exec(name);
  if (match === null) return `name it YYYYMMDDHHMMSS_${subject}, such as 20261123000001_${subject}`;
  if (match.groups?.['subject'] === subject) return null;
  return `it declares index ${index} of table ${table}: name it ${name.slice(0, 14)}_${subject}`;
}

/** Identifiers may hold characters that a file's name may not. */
function nameSubject(table: string, index: string): string {
  return `${table}_${index}`.replaceAll(/[^\p{L}\p{N}_$-]/gu, '_');
}
