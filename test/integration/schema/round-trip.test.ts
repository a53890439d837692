import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServerInfo } from '../../../src/databases/server.ts';
import type { Session } from '../../../src/databases/session.ts';
import { askCanonicalExpressions } from '../../../src/schema/canonical-expressions.ts';
import { canonicalIndex } from '../../../src/schema/canonical-index.ts';
import { differences } from '../../../src/schema/compare-indexes.ts';
import type { IndexDefinition, IndexPart } from '../../../src/schema/index-definition.ts';
import { introspectIndexes } from '../../../src/schema/introspect-indexes.ts';
import { introspectTables } from '../../../src/schema/introspect-tables.ts';
import { renderAddIndex, renderAlterTable, renderDropIndex } from '../../../src/schema/render-index.ts';
import { allServers } from '../../support/all-servers.ts';
import { openTestDatabase } from '../../support/database-config.ts';
import { createSchema } from '../../support/schemas.ts';

const TABLE = `CREATE TABLE \`odd \`\`table\` (
  id BIGINT PRIMARY KEY AUTO_INCREMENT,
  a INT, b DATETIME(6), c VARCHAR(200), d DECIMAL(10, 2), e VARBINARY(100),
  \`Größe.\` VARCHAR(50), f TEXT, g POINT NOT NULL)`;

const WHOLE = ['a', 'b', 'c', 'd', 'e', 'Größe.'] as const;
const PREFIXED = [
  ['c', 200],
  ['e', 100],
  ['Größe.', 50],
  ['f', 190],
] as const;
const EXPRESSIONS = [
  'a + 1 * 2',
  '(a + 1) * 2',
  'LOWER(`c`)',
  "CONCAT(c, 'it''s', a)",
  'ABS(a) % 7',
  'IFNULL(a, 0)',
];

const NAME_CHARACTERS = ['a', 'Z', '_', '9', '$', ' ', 'é', '`', "'", '"', '-', '.'] as const;
const COMMENT_CHARACTERS = ['a', ' ', '9', "'", '"', '\\', '`', '%', ';', 'é'] as const;

const name = fc
  .string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...NAME_CHARACTERS) })
  .filter((text) => !text.endsWith(' ') && text.toUpperCase() !== 'PRIMARY');
const comment = fc.string({ maxLength: 60, unit: fc.constantFrom(...COMMENT_CHARACTERS) });

function parts(server: ServerInfo): fc.Arbitrary<readonly IndexPart[]> {
  const column = fc.oneof(
    fc.record({ name: fc.constantFrom(...WHOLE), length: fc.constant(null) }),
    fc
      .constantFrom(...PREFIXED)
      .chain(([prefixed, longest]) =>
        fc.record({ name: fc.constant(prefixed), length: fc.integer({ min: 1, max: longest }) }),
      ),
  );
  const plain = fc
    .record({ column, descending: fc.boolean() })
    .map((part): IndexPart => ({ kind: 'column', ...part.column, descending: part.descending }));
  const expression = fc
    .record({ expression: fc.constantFrom(...EXPRESSIONS), descending: fc.boolean() })
    .map((part): IndexPart => ({ kind: 'expression', ...part }));
  const any = server.capabilities.functionalIndexes
    ? fc.oneof({ weight: 4, arbitrary: plain }, expression)
    : plain;
  return fc.uniqueArray(any, {
    minLength: 1,
    maxLength: 3,
    selector: (part) => (part.kind === 'column' ? part.name : part.expression),
  });
}

function whole(column: string): IndexPart {
  return { kind: 'column', name: column, length: null, descending: false };
}

function definitions(server: ServerInfo): fc.Arbitrary<IndexDefinition> {
  const common = { table: fc.constant('odd `table'), name, comment, visible: fc.boolean() };
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        ...common,
        parts: parts(server),
        unique: fc.boolean(),
        type: fc.constant('BTREE' as const),
      }),
    },
    fc.record({
      ...common,
      parts: fc.constantFrom([whole('c')], [whole('c'), whole('f')]),
      unique: fc.constant(false),
      type: fc.constant('FULLTEXT' as const),
    }),
    fc.record({
      ...common,
      parts: fc.constant([whole('g')]),
      unique: fc.constant(false),
      type: fc.constant('SPATIAL' as const),
    }),
  );
}

async function readIndex(session: Session, server: ServerInfo, schema: string, index: IndexDefinition) {
  const found = await introspectIndexes(session, server, { schema, tables: [index.table] });
  return found.find((candidate) => !candidate.primary);
}

describe.each(allServers)('an index on $label', (testServer) => {
  test('reads back from the server as it was rendered', { timeout: 90_000 }, async () => {
    await using schema = await createSchema(testServer);
    await schema.connection.query(TABLE);
    await using database = await openTestDatabase(schema.settings);
    await using session = await database.session();
    const { server } = database;
    const alter = async (clause: string) =>
      session.execute(renderAlterTable('odd `table', [clause], { online: false, server }));
    const [table] = await introspectTables(session, server, { schema: schema.name });

    await fc.assert(
      fc.asyncProperty(definitions(server), async (definition) => {
        const canonical = await askCanonicalExpressions(session, server, canonicalIndex(definition, table!));
        await alter(renderAddIndex(definition, server));
        try {
          const { primary, hash, ...actual } = (await readIndex(session, server, schema.name, definition))!;
          expect({ primary, hash }).toEqual({ primary: false, hash: false });
          expect(actual).toEqual(canonical);
          expect(differences(canonical, actual)).toEqual([]);
        } finally {
          await alter(renderDropIndex(definition.name));
        }
      }),
      { numRuns: 150 },
    );
  });
});
