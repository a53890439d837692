import { RefusedError, UsageError } from '../errors.ts';

/** A time of each day in which tables may be changed. */
export interface MaintenanceWindow {
  /** Minutes after midnight. The end is not part of it; before the start, it is on the next day. */
  readonly startMinute: number;
  readonly endMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** Reads `02:00-05:00` and a time zone such as `Asia/Shanghai`. Throws a UsageError. */
export function parseWindow(text: string, timeZone: string): MaintenanceWindow {
  const [startHour, startMinute, endHour, endMinute] = (WINDOW.exec(text) ?? []).slice(1).map(Number);
  if (
    startHour === undefined ||
    startMinute === undefined ||
    endHour === undefined ||
    endMinute === undefined
  ) {
    throw new UsageError(`--window ${text}: not a time of day`, { hint: 'write --window 02:00-05:00' });
  }
  const window = { startMinute: startHour * 60 + startMinute, endMinute: endHour * 60 + endMinute, timeZone };
  if (window.startMinute === window.endMinute) throw new UsageError(`--window ${text}: it is empty`);
  try {
    minuteOfDay(new Date(0), timeZone);
  } catch (error) {
    throw new UsageError(`--time-zone ${timeZone}: no such time zone`, {
      hint: 'write an IANA name, such as Asia/Shanghai or UTC',
      cause: error,
    });
  }
  return window;
}

export function isInside({ startMinute, endMinute, timeZone }: MaintenanceWindow, time: Date): boolean {
  const minute = minuteOfDay(time, timeZone);
  return startMinute < endMinute
    ? minute >= startMinute && minute < endMinute
    : minute >= startMinute || minute < endMinute;
}

/** Throws a RefusedError outside the window; `done` says what was changed before. */
export function requireWindow(window: MaintenanceWindow | null, time: Date, done: string): void {
  if (window === null || isInside(window, time)) return;
  throw new RefusedError(`outside the window ${describeWindow(window)}: ${done}`, {
    hint: 'run the command again within the window; it goes on where it stopped',
  });
}

function describeWindow({ startMinute, endMinute, timeZone }: MaintenanceWindow): string {
  return `${clock(startMinute)}-${clock(endMinute)} ${timeZone}`;
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function minuteOfDay(time: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [hour = 0, minute = 0] = format.format(time).split(':').map(Number);
  return hour * 60 + minute;
}
