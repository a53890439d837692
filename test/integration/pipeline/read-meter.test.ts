import { describe, expect, test } from 'vitest';
import { ReadMeter } from '../../../src/pipeline/wire/read-meter.ts';
import { createExtraction } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';

const ROWS = 40;

describe.each(servers)('the read meter on $label', (server) => {
  test('counts every way to read rows, and not what asking costs', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE events (id INT PRIMARY KEY, at INT NOT NULL, KEY at (at))',
      `INSERT INTO events VALUES ${Array.from({ length: ROWS }, (_, id) => `(${id}, ${id})`).join(', ')}`,
    );
    const { database } = extraction;
    await using session = await database.session();
    const readBy = async (statement: string | null) => {
      const meter = await ReadMeter.start(session, database.server);
      if (statement !== null) await session.query(statement);
      return meter.read();
    };
    expect(await readBy(null)).toBe(0);
    expect(await readBy('SELECT * FROM events WHERE id = 3')).toBe(1);
    for (const statement of [
      'SELECT * FROM events',
      'SELECT * FROM events FORCE INDEX (at) WHERE at > -1 ORDER BY at',
      'SELECT * FROM events FORCE INDEX (at) WHERE at > -1 ORDER BY at DESC',
    ]) {
      const read = await readBy(statement);
      // The server also looks for the first entry and for the end.
      expect(read, statement).toBeGreaterThanOrEqual(ROWS);
      expect(read, statement).toBeLessThanOrEqual(ROWS + 2);
    }
  });
});
