import { describe, expect, test } from 'vitest';
import { toDocument } from '../../../src/verify/report/document.ts';
import { startPrivateTestServer } from '../../support/private-test-server.ts';
import { createVerifyScene } from '../../support/verify-scene.ts';

const COUNTERS_OFF = {
  mysql: ['--performance-schema=OFF'],
  mariadb: ['--performance-schema=OFF', '--userstat=0'],
} as const;

describe.each(['mysql', 'mariadb'] as const)('usage on a %s that counts nothing', (flavour) => {
  test('is not measured, which is not the same as zero', async () => {
    await using server = await startPrivateTestServer(flavour, () => COUNTERS_OFF[flavour]);
    await using scene = await createVerifyScene(server.settings);
    await scene.migrate();

    const { usage } = toDocument(await scene.verify({ usage: true })).databases[0]!;

    expect(usage.length).toBeGreaterThan(0);
    expect(new Set(usage.map(({ source }) => source))).toEqual(new Set(['unavailable']));
    expect(usage.every(({ reads }) => reads === null)).toBe(true);
  });
});
