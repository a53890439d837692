import type { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { WorkFailedError } from '../../../src/errors.ts';
import type { LogFormat, LogLevel } from '../../../src/observability/log-options.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { Collector } from '../../support/collector.ts';

async function logger(destination: Writable, format: LogFormat = 'json', level: LogLevel = 'trace') {
  const secrets = new Set<string>();
  const log = await createLogger({ level, format, color: false, destination, runId: 'run-1', secrets });
  return { log, secrets };
}

describe('the logger', () => {
  test('writes one JSON line per event with the run and, in a child, the database', async () => {
    const output = new Collector();
    const { log } = await logger(output);
    log.child({ database: 'business' }).warn({ connectionId: 7 }, 'held');
    expect(output.documents).toEqual([
      {
        level: 'warn',
        runId: 'run-1',
        database: 'business',
        connectionId: 7,
        msg: 'held',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ]);
  });

  test('keeps to its level', async () => {
    const output = new Collector();
    const { log } = await logger(output, 'json', 'warn');
    log.info('quiet');
    log.error('loud');
    expect(output.lines).toHaveLength(1);
  });

  test('writes one line per event for people, too, and at once', async () => {
    const output = new Collector();
    const { log } = await logger(output, 'pretty');
    log.warn({ holder: { stack: 'one\ntwo' } }, 'held');
    expect(output.lines).toHaveLength(1);
    expect(output.text).toContain('WARN');
    expect(output.text).toContain('held');
  });

  test.each(['json', 'pretty'] as const)('shows no secret as %s', async (format) => {
    const output = new Collector();
    const { log, secrets } = await logger(output, format);
    secrets.add('hunter2-and-more');
    const error = Object.assign(new Error('login with hunter2-and-more failed'), {
      code: 'ER_ACCESS_DENIED_ERROR',
      sql: "CREATE USER u IDENTIFIED BY 'another-secret'",
    });
    log.child({ database: 'business' }).error(
      {
        error: new WorkFailedError('could not log in', { cause: error }),
        config: { user: 'u', password: 'another-secret', tls: { key: 'another-secret' } },
        list: ['hunter2-and-more'],
        wrapped: new Secret('another-secret'),
      },
      'with hunter2-and-more',
    );
    log.info('%s', 'hunter2-and-more');
    expect(output.text).not.toContain('hunter2-and-more');
    expect(output.text).not.toContain('another-secret');
    expect(output.text).toContain('ER_ACCESS_DENIED_ERROR');
    expect(output.text).toContain('[secret]');
  });
});
