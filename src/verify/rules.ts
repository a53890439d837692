/** The rules that verification checks, by the ids that SARIF and JUnit reports name them with. */
export const RULES = {
  'index-missing': 'An index of a migration is not in the database',
  'index-changed': 'An index differs from its recorded definition',
  'index-hidden': 'An index is hidden from the optimizer',
  'index-orphan': 'The ledger names a migration that has no file',
  'migration-edited': 'A migration file was changed after it was applied',
  'index-unrecorded': 'An index is in the database that nothing recorded',
  'index-redundant': 'Another index does all that this one does',
  'table-unmentioned': 'A table is in the database that the table file does not mention',
  'table-entry-broken': 'An entry of the table file names a table, a cursor or an index that is not there',
  'plan-not-served': 'A query of the extraction is not served by its index',
} as const;

export type RuleId = keyof typeof RULES;
