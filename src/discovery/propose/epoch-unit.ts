import type { EpochUnit } from '../../pipeline/source/table-spec.ts';

/** Values of these years are times; others are amounts, ids, or days. */
const FIRST = Date.UTC(1990, 0, 1) / 1000;
const LAST = Date.UTC(2100, 0, 1) / 1000;
const UNITS: readonly (readonly [EpochUnit, number])[] = [
  ['seconds', 1],
  ['milliseconds', 1000],
  ['microseconds', 1_000_000],
];

/** The unit in which both the least and the latest value are times since 1970, or null where there is none. */
export function epochUnit(earliest: string | null, latest: string | null): EpochUnit | null {
  if (earliest === null || latest === null) return null;
  const found = UNITS.find(([, perSecond]) =>
    [earliest, latest].every((value) => {
      const seconds = Number(value) / perSecond;
      return seconds >= FIRST && seconds <= LAST;
    }),
  );
  return found?.[0] ?? null;
}

/** The time that a value stands for, in seconds since 1970. */
export function secondsOfEpoch(value: string, unit: EpochUnit): number {
  return Number(value) / UNITS.find(([name]) => name === unit)![1];
}
