const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration as people write it: `90s`, `30m`, `12h` or `7d`. */
export const DURATION = /^(\d{1,6})([smhd])$/;

/** A duration in seconds; null for a text that is none. */
export function durationSeconds(text: string): number | null {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return amount === undefined || unit === undefined
    ? null
    : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}
