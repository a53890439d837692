/**
 * The least that an account needs; `grants.test.ts` holds the commands to it and shows that nothing is to spare. Each
 * entry is what stands between GRANT and TO.
 */

/** The tables that tidemark keeps in a schema: ledger, history and verifications. */
const OWN_TABLES = ['tidemark_migrations', 'tidemark_history', 'tidemark_verifications'] as const;

/**
 * Builds, drops and verifies indexes. Reads and writes the rows of no table but tidemark's own: REFERENCES is there because
 * `information_schema.COLUMNS` shows columns only to who has a privilege on them, and it is the one that opens no row.
 * SELECT on the schema does as well. An index on an expression needs CREATE TEMPORARY TABLES on the schema too (MySQL).
 */
export function migratingGrants(schema: string): readonly string[] {
  return [
    `ALTER, INDEX, REFERENCES ON \`${schema}\`.*`,
    ...OWN_TABLES.map((table) => `CREATE, SELECT, INSERT, UPDATE, DELETE ON \`${schema}\`.\`${table}\``),
  ];
}

/** Reads the rows of every table, and the ledger: extracts, and verifies the plans with `verify --full`. */
export function extractingGrants(schema: string): readonly string[] {
  return [`SELECT ON \`${schema}\`.*`];
}

/** Lets the extraction see open transactions of others, so that its bound follows the clock more closely. */
export const SEE_TRANSACTIONS = 'PROCESS ON *.*';
