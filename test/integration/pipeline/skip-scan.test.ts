import { describe, expect, test } from 'vitest';
import { createExtraction, type Extraction, numbers } from '../../support/extraction.ts';
import { servers } from '../../support/schemas.ts';
import { spawnExtraction } from '../../support/spawn-extraction.ts';

const VISITS = {
  table: 'visits',
  cursor: 'server_time',
  index: 'site_time',
  skipScan: ['idsite'],
} as const;
const SITES = 20;

/** 10,000 visits of 20 sites, 14 visits of different sites to a second. */
async function createVisits(extraction: Extraction, time = 'DATETIME NOT NULL'): Promise<void> {
  await extraction.sql(
    `CREATE TABLE visits (idvisit BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, idsite INT UNSIGNED NOT NULL, n INT NOT NULL,
       server_time ${time}, KEY site_time (idsite, server_time))`,
    `INSERT INTO visits SELECT n, n * 7 % ${SITES} * 5, 0, '2024-01-01' + INTERVAL n DIV 14 SECOND FROM ${numbers(4)}`,
    'ANALYZE TABLE visits',
  );
}

describe.each(servers)('a skip scan on $label', (server) => {
  test('reads one range for each leading value, and little more than the rows', async () => {
    await using extraction = await createExtraction(server);
    await createVisits(extraction);
    expect(await extraction.runTable(VISITS)).toMatchObject({ mode: 'snapshot', rows: 10_000 });
    expect(await extraction.compare('visits')).toEqual([]);
    expect(await extraction.runTable(VISITS)).toMatchObject({ mode: 'incremental', rows: 0 });

    // 10 and 500 are sites that the first load did not see.
    await extraction.sql(
      "UPDATE visits SET n = 1, server_time = '2024-02-01' + INTERVAL idvisit DIV 50 SECOND WHERE idvisit % 10 = 0",
      "INSERT INTO visits (idsite, n, server_time) SELECT 500, 2, '2024-02-02' + INTERVAL n SECOND FROM (SELECT 1 AS n UNION SELECT 2) AS two",
      "INSERT INTO visits (idsite, n, server_time) VALUES (11, 3, '2024-02-01')",
    );
    const changed = await extraction.runTable(VISITS, { statementRows: 100 });
    expect(changed).toMatchObject({ mode: 'incremental', rows: 1003, index: 'site_time' });
    expect(changed.serverRowsRead).toBeLessThanOrEqual(changed.rows * 1.05 + 8 * (SITES + 2));
    expect(await extraction.compare('visits')).toEqual([]);
    expect(await extraction.runTable(VISITS)).toMatchObject({ rows: 0 });
  });

  test.each([1, 3, 50])(
    'ties in steps of %i rows, with NULL cursors and columns of text',
    async (statementRows) => {
      await using extraction = await createExtraction(server);
      await extraction.sql(
        `CREATE TABLE hits (kind VARCHAR(10) NOT NULL, part BINARY(2) NOT NULL, id INT NOT NULL, n INT, at DATETIME NULL,
         PRIMARY KEY (part, id), KEY kind_part_at (kind, part, at)) CHARACTER SET utf8mb4`,
        `INSERT INTO hits SELECT ELT(1 + n % 3, 'a''b', '', '汉'), UNHEX(LPAD(HEX(n % 2 * 256), 4, '0')), n, 0,
         IF(n % 10, '2024-01-01' + INTERVAL n DIV 20 SECOND, NULL) FROM ${numbers(2)}`,
      );
      const spec = { table: 'hits', cursor: 'at', index: 'kind_part_at', skipScan: ['kind', 'part'] };
      await extraction.runTable(spec, { statementRows });
      expect(await extraction.compare('hits')).toEqual([]);
      await extraction.sql("UPDATE hits SET n = 1, at = '2024-02-01' WHERE at IS NOT NULL AND id % 2");
      const run = await extraction.runTable(spec, { statementRows, commitRows: 5 });
      expect(run).toMatchObject({ rows: 60, warnings: [{ kind: 'null-cursor', count: 10 }] });
      expect(await extraction.compare('hits')).toEqual([]);
    },
  );

  test('SIGKILL between two leading values: the watermark has not moved, and the next run ends equal', async () => {
    await using extraction = await createExtraction(server);
    await createVisits(extraction);
    await extraction.runTable(VISITS);
    const [before] = await extraction.states();
    await extraction.sql("UPDATE visits SET n = 1, server_time = '2024-02-01' + INTERVAL idvisit SECOND");
    const child = await spawnExtraction({
      settings: extraction.settings,
      sink: { kind: 'duckdb', location: extraction.duckdbFile },
      tables: [VISITS],
      options: { lagSeconds: 0, statementRows: 200, commitRows: 1000 },
      killBefore: { statement: '^COMMIT', occurrence: 6 },
    });
    expect(child.signal, child.stderr).toBe('SIGKILL');
    expect((await extraction.states())[0]?.watermark).toEqual(before?.watermark);
    expect(await extraction.duckdb('SELECT count(*) > 1000 FROM business.visits WHERE n = 1')).toEqual([
      [true],
    ]);
    await extraction.sql("UPDATE visits SET n = 2, server_time = '2024-03-01' WHERE idvisit <= 500");
    expect((await extraction.runTable(VISITS)).rows).toBe(10_000);
    expect(await extraction.compare('visits')).toEqual([]);
  });

  test('as a change log, a run that is repeated adds nothing twice', async () => {
    await using extraction = await createExtraction(server);
    await createVisits(extraction);
    const spec = { ...VISITS, append: true };
    await extraction.runTable(spec);
    await extraction.sql("UPDATE visits SET n = 1, server_time = '2024-02-01' WHERE idvisit <= 500");
    await extraction.runTable(spec, { statementRows: 100, commitRows: 400 });
    await extraction.runTable(spec, { start: '2024-01-01', statementRows: 100, commitRows: 400 });
    expect(
      await extraction.duckdb('SELECT n, count(*)::INT FROM business.visits GROUP BY n ORDER BY n'),
    ).toEqual([
      [0, 10_000],
      [1, 500],
    ]);
  });

  test('an id that the index has behind another column', async () => {
    await using extraction = await createExtraction(server);
    await extraction.sql(
      'CREATE TABLE parts (site INT NOT NULL, id INT NOT NULL, n INT, PRIMARY KEY (site, id))',
      `INSERT INTO parts SELECT n % 5, n, 0 FROM ${numbers(3)}`,
    );
    const spec = { table: 'parts', cursor: 'id', index: 'PRIMARY', skipScan: ['site'] };
    await extraction.runTable(spec);
    await extraction.sql('INSERT INTO parts VALUES (1, 1001, 0), (9, 1002, 0), (0, 1002, 0)');
    expect(await extraction.runTable(spec, { statementRows: 2 })).toMatchObject({ rows: 3 });
    expect(await extraction.runTable(spec)).toMatchObject({ rows: 0 });
    expect(await extraction.compare('parts')).toEqual([]);
  });

  test('is refused for an index that does not serve it, and for columns that cannot lead', async () => {
    await using extraction = await createExtraction(server);
    await createVisits(extraction);
    await extraction.sql(
      'ALTER TABLE visits DROP INDEX site_time, ADD INDEX by_time (server_time), ADD COLUMN ref INT NULL',
    );
    await expect(extraction.runTable(VISITS)).rejects.toMatchObject({
      exitCode: 4,
      hints: [
        expect.stringContaining('--index=site_time --columns=idsite,server_time'),
        expect.stringContaining('--allow-scan'),
      ],
    });
    for (const [skipScan, message] of [
      [['ref'], /skipScan column "ref" \(int.*\) must be NOT NULL/],
      [['site'], /skipScan column "site" does not exist/],
      [['server_time'], /not the cursor/],
    ] as const) {
      await expect(extraction.runTable({ ...VISITS, skipScan })).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringMatching(message) as string,
      });
    }
    expect(await extraction.runTable(VISITS, { allowScan: true })).toMatchObject({ rows: 10_000 });
    expect(await extraction.runTable(VISITS, { allowScan: true, start: '2024-01-01' })).toMatchObject({
      rows: 10_000,
    });
  });
});
