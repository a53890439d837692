import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { LogFormat, LogLevel } from './log-options.ts';
import { redactor } from './redact.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly color: boolean;
  readonly destination: Writable;
  /** On every line, to tell the lines of runs apart. */
  readonly runId: string;
  /** What must never be printed; may grow while the logger is in use. */
  readonly secrets: ReadonlySet<string>;
}

/** A logger that writes one line per event, without secrets. Its lines are written before the call returns. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const { level, runId, secrets } = options;
  const redact = redactor(secrets);
  return pino(
    {
      level,
      base: { runId },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      hooks: {
        logMethod(inputs, method) {
          method.apply(this, inputs.map(messageOnly(redact)) as typeof inputs);
        },
      },
    },
    await destinationOf(options),
  );
}

/** Fields are redacted by the formatter, which also sees those of child loggers. */
function messageOnly(redact: (value: unknown) => unknown) {
  return (input: unknown) => (typeof input === 'string' ? redact(input) : input);
}

async function destinationOf({ format, color, destination }: LoggerOptions): Promise<Writable> {
  if (format === 'json') return destination;
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    colorize: color,
    destination,
    ignore: 'runId',
    singleLine: true,
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
}
