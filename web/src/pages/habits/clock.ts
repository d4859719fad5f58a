export const hours = Array.from({ length: 24 }, (_, hour) => hour);
/** Hours of the clock as people write them: from an hour to the next. */
export const hourText = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;
