import path from 'node:path';
import type { Argv } from 'yargs';
import type { Io } from '../io.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../observability/log-options.ts';
import { parseMetricsAddress } from '../observability/metrics-address.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import type { TelemetryOptions } from '../observability/telemetry.ts';

export interface TelemetryArguments {
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat | undefined;
  readonly metricsFile: string | undefined;
  readonly metricsPort: string | undefined;
}

/** Adds the options of log and metrics, which every command has. */
export function telemetryOptions<Options>(parser: Argv<Options>) {
  return parser
    .option('log-level', {
      choices: LOG_LEVELS,
      default: 'warn' as const,
      describe: 'Minimum level logged to standard error',
    })
    .option('log-format', { choices: LOG_FORMATS, describe: 'Default: pretty on a terminal, json elsewhere' })
    .option('metrics-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Write Prometheus metrics to this file at the end',
    })
    .option('metrics-port', {
      type: 'string',
      requiresArg: true,
      describe: 'Serve Prometheus metrics on PORT or HOST:PORT during the run',
    })
    .group(['log-level', 'log-format', 'metrics-file', 'metrics-port'], OPTION_GROUPS.telemetry);
}

/** What a command line says of telemetry. Throws a UsageError. */
export function readTelemetryOptions(options: TelemetryArguments, command: string, io: Io): TelemetryOptions {
  const { logLevel, logFormat, metricsFile, metricsPort } = options;
  return {
    command,
    logLevel,
    logFormat: logFormat ?? (io.interactive ? 'pretty' : 'json'),
    metricsFile: metricsFile === undefined ? null : path.resolve(io.workingDirectory, metricsFile),
    metricsAddress: metricsPort === undefined ? null : parseMetricsAddress(metricsPort),
    stderr: io.stderr,
    color: io.color.stderr,
  };
}
