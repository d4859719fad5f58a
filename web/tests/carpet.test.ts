import { describe, expect, it } from "vitest";
import { layCarpet, ROWS } from "../src/charts/carpet";

const hoursFrom = (start: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => new Date(Date.parse(start) + n * 3_600_000).toISOString());

describe("a carpet of hours", () => {
  it("gives an ordinary hour both of its rows", () => {
    const { cells } = layCarpet(
      hoursFrom("2026-01-12T23:00:00Z", 24),
      Array.from({ length: 24 }, (_, n) => n),
      "2026-01-13",
      "2026-01-14",
    );
    expect(cells).toHaveLength(ROWS);
    expect(cells.slice(0, 4)).toEqual([0, 0, 1, 1]);
    expect(cells.slice(-2)).toEqual([23, 23]);
  });

  it("shows both hours of the night that has 02:00 twice", () => {
    const { cells } = layCarpet(
      hoursFrom("2026-10-24T22:00:00Z", 25),
      Array.from({ length: 25 }, (_, n) => n),
      "2026-10-25",
      "2026-10-26",
    );
    expect(cells.slice(2 * 2, 3 * 2 + 2)).toEqual([2, 3, 4, 4]);
    expect(cells.slice(-2)).toEqual([24, 24]);
  });

  it("leaves the hour that March lacks empty", () => {
    const { cells } = layCarpet(
      hoursFrom("2026-03-28T23:00:00Z", 23),
      Array.from({ length: 23 }, (_, n) => n),
      "2026-03-29",
      "2026-03-30",
    );
    expect(cells.slice(2 * 2, 3 * 2 + 2)).toEqual([null, null, 2, 2]);
  });

  it("keeps what is not known apart from nothing", () => {
    const { cells } = layCarpet(hoursFrom("2026-01-12T23:00:00Z", 2), [0, null], "2026-01-13", "2026-01-14");
    expect(cells.slice(0, 6)).toEqual([0, 0, null, null, null, null]);
  });
});
