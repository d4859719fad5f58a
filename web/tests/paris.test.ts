import { describe, expect, test } from "vitest";
import { addDays, addMonths, dayOf, daysBetween, firstOfWeek, parisClock, startOfDay, weekday } from "$lib/paris";

describe("the two odd days", () => {
  test("the day of 23 hours begins and ends at midnight of Paris", () => {
    expect(startOfDay("2026-03-29").toISOString()).toBe("2026-03-28T23:00:00.000Z");
    expect(startOfDay("2026-03-30").toISOString()).toBe("2026-03-29T22:00:00.000Z");
  });

  test("the day of 25 hours begins and ends at midnight of Paris", () => {
    expect(startOfDay("2026-10-25").toISOString()).toBe("2026-10-24T22:00:00.000Z");
    expect(startOfDay("2026-10-26").toISOString()).toBe("2026-10-25T23:00:00.000Z");
  });

  test("the hour that is there twice is the same hour of the same day", () => {
    const first = parisClock(new Date("2026-10-25T00:30:00Z"));
    const second = parisClock(new Date("2026-10-25T01:30:00Z"));
    expect(first).toEqual({ day: "2026-10-25", hour: 2, minute: 30 });
    expect(second).toEqual(first);
  });

  test("counting days goes across both", () => {
    expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(addDays("2026-10-26", -1)).toBe("2026-10-25");
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2026-10-24", "2026-10-26")).toBe(2);
  });
});

test("every day of ten years begins where the day before ends", () => {
  for (let day = "2020-01-01"; day < "2030-01-01"; day = addDays(day, 1)) {
    expect(dayOf(startOfDay(day))).toBe(day);
    expect(dayOf(new Date(startOfDay(day).getTime() - 1))).toBe(addDays(day, -1));
  }
});

test("late in the evening it is already tomorrow in Paris", () => {
  expect(dayOf(new Date("2026-06-30T22:30:00Z"))).toBe("2026-07-01");
});

test("months end where they end", () => {
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(addMonths("2028-02-29", 12)).toBe("2029-02-28");
  expect(addMonths("2026-03-15", -3)).toBe("2025-12-15");
});

test("weeks begin on Monday", () => {
  expect(weekday("2026-11-30")).toBe(0);
  expect(firstOfWeek("2026-11-29")).toBe("2026-11-23");
});
