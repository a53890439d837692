import { hostname, uptime } from 'node:os';

/** The extractor's own clocks, to measure what time has passed between two runs. */
export interface ExtractorClock {
  readonly host: string;
  /** Seconds since 1970: it may be set. */
  readonly wall: number;
  /** Seconds since the machine was started: it is never set, and means nothing on another one. */
  readonly uptime: number;
}

export function readExtractorClock(): ExtractorClock {
  return { host: hostname(), wall: Date.now() / 1000, uptime: uptime() };
}

/**
 * Seconds that have passed between two readings. Where the clocks disagree the longer time counts: too long means that
 * rows are read again, too short that rows are lost. A machine that was restarted in between has the smaller uptime.
 */
export function secondsPassed(from: ExtractorClock, to: ExtractorClock): number {
  const wall = to.wall - from.wall;
  return from.host === to.host ? Math.max(wall, to.uptime - from.uptime) : wall;
}
