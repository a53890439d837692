import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { writeFileAtomically } from '../atomic-file.ts';
import type { Environment } from '../config/environment.ts';
import type { Database } from '../databases/database.ts';
import type { PoolListener } from '../databases/pool-events.ts';
import { saveRunPoolReport } from './last-pool-report.ts';
import type { LogFormat, LogLevel } from './log-options.ts';
import { type Logger, createLogger } from './logger.ts';
import { type Metrics, createMetrics, noMetrics } from './metrics.ts';
import type { MetricsAddress } from './metrics-address.ts';
import { serveMetrics } from './metrics-server.ts';
import { poolLog } from './pool-log.ts';
import { type PoolMonitor, monitorPool } from './pool-monitor.ts';

export interface TelemetryOptions {
  /** Such as `migrate up`. */
  readonly command: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Absolute path of a file for Prometheus' textfile collector, written when the run ends. */
  readonly metricsFile: string | null;
  readonly metricsAddress: MetricsAddress | null;
  readonly stderr: Writable;
  readonly color: boolean;
}

/** What one run says about itself: its log, its metrics and the report on its pools. */
export class Telemetry implements AsyncDisposable {
  readonly runId: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly #options: TelemetryOptions;
  readonly #secrets: Set<string>;
  readonly #server: AsyncDisposable | null;
  readonly #monitors: PoolMonitor[] = [];
  readonly #since = performance.now();
  #projectDirectory: string | null = null;

  private constructor(parts: {
    readonly runId: string;
    readonly logger: Logger;
    readonly metrics: Metrics;
    readonly options: TelemetryOptions;
    readonly secrets: Set<string>;
    readonly server: AsyncDisposable | null;
  }) {
    this.runId = parts.runId;
    this.logger = parts.logger;
    this.metrics = parts.metrics;
    this.#options = parts.options;
    this.#secrets = parts.secrets;
    this.#server = parts.server;
  }

  /** Throws a UsageError where the metrics' port cannot be had. */
  static async start(options: TelemetryOptions): Promise<Telemetry> {
    const { logLevel, logFormat, stderr, color, command, metricsFile, metricsAddress } = options;
    const runId = randomUUID();
    const secrets = new Set<string>();
    const logger = await createLogger({
      level: logLevel,
      format: logFormat,
      color,
      destination: stderr,
      runId,
      secrets,
    });
    const metrics = metricsFile === null && metricsAddress === null ? noMetrics : await createMetrics();
    const server = metricsAddress === null ? null : await serveMetrics(metrics, metricsAddress);
    logger.info({ command }, 'run started');
    return new Telemetry({ runId, logger, metrics, options, secrets, server });
  }

  /** Says whose run this is, once that is known: where its report goes, and what its log must not show. */
  attach(project: { readonly directory: string; readonly environment: Environment }): void {
    this.#projectDirectory = project.directory;
    for (const [variable, value] of Object.entries(project.environment)) {
      if (variable.endsWith('_PASSWORD') && value !== undefined) this.conceal(value);
    }
  }

  /** Keeps a text out of the log. */
  conceal(secret: string): void {
    if (secret !== '') this.#secrets.add(secret);
  }

  /** What a database's pool has to tell, from its first connection on. */
  poolListener(database: string): PoolListener {
    const log = poolLog(this.logger.child({ database }));
    const measure = this.metrics.poolListener(database);
    return (event) => {
      log(event);
      measure(event);
    };
  }

  /** Watches the pool, for the run's report, until the monitor is disposed of. */
  watch(database: Database): AsyncDisposable {
    const monitor = monitorPool(database);
    this.#monitors.push(monitor);
    return monitor;
  }

  /** Ends the run's telemetry. What cannot be written is a warning: the work itself is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.logger.info({ seconds: (performance.now() - this.#since) / 1000 }, 'run ended');
    await this.#orWarn('the pool report', () => this.#saveReport());
    await this.#orWarn('the metrics', () => this.#saveMetrics());
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #saveReport(): Promise<void> {
    const { command } = this.#options;
    // Looking at the pools must not replace what there is to look at.
    if (this.#projectDirectory === null || this.#monitors.length === 0 || command.startsWith('pool ')) return;
    await saveRunPoolReport(this.#projectDirectory, {
      version: 1,
      runId: this.runId,
      command,
      pools: this.#monitors.map((monitor) => monitor.report()),
    });
  }

  async #saveMetrics(): Promise<void> {
    const { metricsFile } = this.#options;
    if (metricsFile !== null) await writeFileAtomically(metricsFile, await this.metrics.text());
  }

  async #orWarn(what: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.logger.warn({ error }, `could not write ${what}`);
    }
  }
}
