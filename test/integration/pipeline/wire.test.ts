import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ColumnBatch } from '../../../src/rows/column-batch.ts';
import { describeSource } from '../../../src/pipeline/source/describe-source.ts';
import { snapshotQueries } from '../../../src/pipeline/source/queries.ts';
import { TableReader } from '../../../src/pipeline/wire/table-reader.ts';
import { type ConfigOverrides, openTestDatabase } from '../../support/database-config.ts';
import { extracted } from '../../support/extracted.ts';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const ALL_ROWS = 1_000_000;
const NO_FILES = { caFile: null, certificateFile: null, keyFile: null } as const;
const ways = ['without TLS', 'with TLS where the server has it', 'by a Unix socket'] as const;

/** Lengths at which the form of a text changes, a read of the socket ends, or a row takes two packets. */
const LENGTHS = [
  0, 1, 250, 251, 65_535, 65_536, 65_537, 131_072, 1_000_000, 8_388_600, 8_388_601, 12_000_000,
] as const;

describe.each(servers)('the wire of $label', (server) => {
  describe.each(ways)('%s', (way) => {
    test('brings long rows whole, and the short ones around them', async () => {
      await using extraction = await createExtraction(server);
      await using database = await openTestDatabase(
        extraction.settings,
        await overridesFor(way, () => socketOf(extraction)),
      );
      await extraction.sql(
        'CREATE TABLE texts (id INT PRIMARY KEY, first LONGTEXT CHARACTER SET ascii NOT NULL, second LONGTEXT CHARACTER SET ascii)',
      );
      for (const [id, length] of LENGTHS.entries()) {
        const [first, second] = textsOf(id, length);
        await extraction.sql(
          `INSERT INTO texts VALUES (${id * 1000}, REPEAT('${first[0] ?? ''}', ${length}), REPEAT('${second[0] ?? ''}', ${length}))`,
        );
      }
      await extraction.sql(
        `INSERT INTO texts SELECT n + 100000, REPEAT('x', n % 300), NULL FROM ${numbers(4)}`,
      );
      const [table] = await describeSource(database, [
        extracted({ table: 'texts', cursor: 'id', index: 'PRIMARY' }),
      ]);
      const [query] = snapshotQueries(table!, { after: null, limit: ALL_ROWS });
      await using session = await database.session();
      const reader = new TableReader(session, table!.columns);
      const seen: (readonly [string, string])[] = [];
      for await (const batch of reader.read(query!)) {
        for (let row = 0; row < batch.rows; row += 1)
          seen.push([textAt(batch, 1, row), textAt(batch, 2, row)]);
        // Long enough for the server to fill what the sockets buffer, so that reading is paused in the middle of rows.
        if (seen.length < 20) await sleep(50);
        batch.release();
      }
      expect(seen).toHaveLength(LENGTHS.length + 10_000);
      for (const [id, length] of LENGTHS.entries()) {
        const [first, second] = textsOf(id, length);
        expect(seen[id]![0] === first && seen[id]![1] === second, `the row of ${length} bytes`).toBe(true);
      }
      const short = seen.slice(LENGTHS.length);
      expect(short.every(([text], at) => text === 'x'.repeat((at + 1) % 300))).toBe(true);
      expect(reader.position(table!.order)).toEqual(['110000']);

      // The connection is as it was: the driver reads from it again.
      expect(await session.value('SELECT COUNT(*) FROM texts')).toBe(LENGTHS.length + 10_000);
    });
  });
});

/** Two texts of one length, each of one letter. */
function textsOf(id: number, length: number): readonly [string, string] {
  return [String.fromCodePoint(97 + id).repeat(length), String.fromCodePoint(65 + id).repeat(length)];
}

function textAt(batch: ColumnBatch, column: number, row: number): string {
  const { heap, ends } = batch.columns[column]!;
  return heap.toString('latin1', row === 0 ? 0 : ends[row - 1], ends[row]);
}

async function socketOf({ database }: Extraction): Promise<string> {
  await using session = await database.session();
  return String(await session.value('SELECT @@socket'));
}

async function overridesFor(
  way: (typeof ways)[number],
  socketPath: () => Promise<string>,
): Promise<ConfigOverrides> {
  if (way === 'without TLS') return { tls: { ...NO_FILES, mode: 'disabled' } };
  if (way === 'by a Unix socket') return { socketPath: await socketPath() };
  return { tls: { ...NO_FILES, mode: 'preferred' } };
}
