import { words } from "$lib/words";

export const hours = Array.from({ length: 24 }, (_, hour) => hour);
/** Hours of the clock as people write them: from an hour to the next. */
export const hourText = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

export const describeHour = (name: string, hour: number, value: string): string =>
  words().inHours({ name, from: hourText(hour), until: hourText(hour + 1), value });
