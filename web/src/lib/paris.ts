/**
 * Days and hours of Paris. A day is `YYYY-MM-DD`; it has 23, 24 or 25 hours.
 * Days are counted on the calendar, never by adding 24 hours to a moment.
 */
export type Day = string;

export const PARIS = "Europe/Paris";

let parts: Intl.DateTimeFormat | undefined;
const clock = (): Intl.DateTimeFormat =>
  (parts ??= new Intl.DateTimeFormat("en-GB", {
    timeZone: PARIS,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }));

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Minutes that Paris is ahead of UTC, as Intl knows. */
function readOffset(time: number): number {
  const found: Record<string, string> = {};
  for (const { type, value } of clock().formatToParts(time)) found[type] = value;
  const wall = Date.parse(`${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}:00Z`);
  return wall / MINUTE - Math.floor(time / MINUTE);
}

/** By day of UTC, the offset when it begins: Intl is slow, and a chart asks for thousands of hours. */
const offsets = new Map<number, number>();
function offsetAtStart(day: number): number {
  const found = offsets.get(day) ?? readOffset(day * DAY);
  offsets.set(day, found);
  return found;
}

/** Minutes that Paris is ahead of UTC at a moment: 60 or 120. */
export function parisOffset(moment: Date): number {
  const time = moment.getTime();
  const day = Math.floor(time / DAY);
  const offset = offsetAtStart(day);
  return offset === offsetAtStart(day + 1) ? offset : readOffset(time);
}

/** Day and time in Paris at a moment. */
export function parisClock(moment: Date): { day: Day; hour: number; minute: number } {
  const wall = new Date(moment.getTime() + parisOffset(moment) * MINUTE);
  return { day: isoDay(wall), hour: wall.getUTCHours(), minute: wall.getUTCMinutes() };
}

export const dayOf = (moment: Date): Day => parisClock(moment).day;
export const today = (): Day => dayOf(new Date());

const utcNoon = (day: Day): Date => new Date(`${day}T12:00:00Z`);
const isoDay = (date: Date): Day => date.toISOString().slice(0, 10);

export function addDays(day: Day, days: number): Day {
  const date = utcNoon(day);
  date.setUTCDate(date.getUTCDate() + days);
  return isoDay(date);
}

/** The same day of another month, or that month's last day where it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const date = utcNoon(day);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return isoDay(date);
}

/** Monday is 0, Sunday 6. */
export const weekday = (day: Day): number => (utcNoon(day).getUTCDay() + 6) % 7;

export const firstOfWeek = (day: Day): Day => addDays(day, -weekday(day));
export const firstOfMonth = (day: Day): Day => `${day.slice(0, 7)}-01`;
export const firstOfYear = (day: Day): Day => `${day.slice(0, 4)}-01-01`;

/** Number of calendar days from one day to another. */
export const daysBetween = (start: Day, end: Day): number =>
  Math.round((utcNoon(end).getTime() - utcNoon(start).getTime()) / DAY);

/** The moment at which a day of Paris begins. */
export function startOfDay(day: Day): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const guess = new Date(midnight - 60 * MINUTE);
  return new Date(midnight - parisOffset(guess) * MINUTE);
}
