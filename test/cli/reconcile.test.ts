import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runCli, runCliJson } from '../support/cli.ts';
import { compactDocument, extractLoadDocument, reconcileDocument } from '../support/contract.ts';
import { createSampleProject } from '../support/sample-project.ts';
import { servers } from '../support/schemas.ts';

const deletesDocument = extractLoadDocument.extend({
  deletes: z.array(z.object({ table: z.string(), extra: z.int() })),
});

const ORDERS = ['--db', 'business', '--table', 'order_tab'];

/** The sample's times have whole seconds, and the bound is exclusive. */
const OLDER_THAN_THE_BOUND = 1100;

describe.each(servers)('reconcile, audit and compact on $label', (server) => {
  test('reconcile reports, mends, and then finds nothing', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    await runCli(['migrate', 'up', '--db', 'business'], cli);
    await runCli(['extract-load', ...ORDERS], cli);
    // Neither is seen by the cursor: a row that is gone, and one that changed without its time.
    await schemas.business.connection.query('DELETE FROM order_tab WHERE id = 10');
    await schemas.business.connection.query(
      "UPDATE order_tab SET remark = 'changed behind the cursor', update_time = update_time WHERE id = 20",
    );

    const reported = await reconcile(['--dry-run'], cli);
    expect(reported.exitCode, reported.stderr).toBe(1);
    expect(reported.document.reconciliations).toMatchObject([
      { table: 'order_tab', missing: 0, extra: 1, different: 1, mended: false },
    ]);
    const mended = await reconcile([], cli);
    expect(mended.exitCode).toBe(1);
    expect(mended.document.reconciliations).toMatchObject([{ extra: 1, different: 1, mended: true }]);
    const again = await reconcile([], cli);
    expect(again.exitCode).toBe(0);
    expect(again.document.ok).toBe(true);
  });

  test('extract-load --detect-deletes removes what is gone', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    await runCli(['migrate', 'up', '--db', 'business'], cli);
    await runCli(['extract-load', ...ORDERS], cli);
    await schemas.business.connection.query('DELETE FROM order_tab WHERE id = 10');
    const moved = await runCliJson(
      deletesDocument,
      ['extract-load', ...ORDERS, '--detect-deletes', 'remove'],
      cli,
    );
    expect(moved.exitCode, moved.stderr).toBe(0);
    expect(moved.document).toMatchObject({ ok: true, deletes: [{ table: 'order_tab', extra: 1 }] });
    expect((await reconcile(['--keys'], cli)).exitCode).toBe(0);
    const parquet = [...ORDERS, '--sink', 'parquet'];
    await runCli(['extract-load', ...parquet], cli);
    await schemas.business.connection.query('DELETE FROM order_tab WHERE id = 11');
    const marked = await runCliJson(
      deletesDocument,
      ['extract-load', ...parquet, '--detect-deletes', 'mark'],
      cli,
    );
    expect(marked.document).toMatchObject({ ok: true, deletes: [{ table: 'order_tab', extra: 1 }] });
    expect((await reconcile(['--keys', '--sink', 'parquet'], cli)).exitCode).toBe(0);
  });

  test('compact leaves one file with the current rows', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    await runCli(['migrate', 'up', '--db', 'business'], cli);
    const parquet = [...ORDERS, '--sink', 'parquet'];
    const first = await runCli(['extract-load', ...parquet], cli);
    expect(first.exitCode, first.stderr).toBe(0);
    await schemas.business.connection.query("UPDATE order_tab SET remark = 'new' WHERE id <= 5");
    await sleep(OLDER_THAN_THE_BOUND);
    await runCli(['extract-load', ...parquet, '--lag', '0'], cli);

    const compacted = await runCliJson(compactDocument, ['compact', ...ORDERS], cli);
    expect(compacted.exitCode, compacted.stderr).toBe(0);
    expect(compacted.document).toMatchObject({
      compactions: [{ table: 'order_tab', rowsBefore: 1005, rowsAfter: 1000 }],
    });
    expect((await runCli(['compact', '--db', 'business', '--table', 'orders'], cli)).exitCode).toBe(2);
    expect((await runCli(['compact', ...ORDERS, '--sink', 'duckdb'], cli)).exitCode).toBe(2);
  });

  test('audit says what speaks against a cursor', async () => {
    await using sample = await createSampleProject(server, { rows: 1000 });
    const { cli, schemas } = sample;
    await runCli(['migrate', 'up', '--all'], cli);
    const fine = await runCli(['audit', '--db', 'business', '--exit-code'], cli);
    expect(fine.stdout).toBe('no problems found with any cursor');
    expect(fine.exitCode).toBe(0);
    await runCli(['extract-load', ...ORDERS], cli);
    await schemas.business.connection.query(
      "UPDATE order_tab SET remark = 'behind the cursor', update_time = update_time WHERE id = 20",
    );
    const changed = await runCli(['audit', '--db', 'business', '--exit-code'], cli);
    expect(changed.exitCode).toBe(1);
    expect(changed.stdout).toMatch(
      /^business.order_tab: changed-without-cursor: 1 of 1000 sampled rows changed and `update_time` did not, such as 20: /,
    );
    const matomo = await runCli(['audit', '--db', 'matomo', '--exit-code'], cli);
    expect(matomo.exitCode).toBe(1);
    expect(matomo.stdout).toContain('matomo.matomo_log_action: inserts-only');
  });
});

async function reconcile(options: readonly string[], cli: Parameters<typeof runCli>[1]) {
  return runCliJson(reconcileDocument, ['reconcile', ...ORDERS, ...options], cli);
}
