import { hourText, words } from "$lib";

export const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** What is said about an hour of the clock. */
export const describeHour = (name: string, hour: number, value: string): string =>
  words().inHours({ name, from: hourText(hour), until: hourText(hour + 1), value });
