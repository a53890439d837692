const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Whether a date is in the calendar. The servers also store `0000-00-00`, dates with month or day 0, and, with
 * ALLOW_INVALID_DATES, days such as February 31.
 */
export function isRealDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= MONTH_DAYS[month - 1]! || (month === 2 && day === 29 && isLeapYear(year));
}

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar, negative before it. The algorithm is Howard
 * Hinnant's `days_from_civil` ("chrono-Compatible Low-Level Date Algorithms").
 */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
