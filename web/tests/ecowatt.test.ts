import { describe, expect, it } from "vitest";
import { toCells } from "../src/pages/ecowatt/cells";

const day = (date: string, start: string, count: number) => ({
  date,
  worst: 1 as const,
  message: "",
  hours: Array.from({ length: count }, (_, n) => ({
    start: new Date(Date.parse(start) + n * 3_600_000).toISOString(),
    level: 1 as const,
  })),
});

describe("Ecowatt's hours", () => {
  it("fill the clock from midnight to midnight", () => {
    const cells = toCells([day("2026-01-13", "2026-01-12T23:00:00Z", 24)]);
    expect(cells[0]).toMatchObject({ row: 0, from: 0, to: 1 });
    expect(cells.at(-1)).toMatchObject({ from: 23, to: 24 });
  });

  it("share the place of the hour that October has twice", () => {
    const cells = toCells([day("2026-10-25", "2026-10-24T22:00:00Z", 25)]);
    expect(cells.slice(2, 5).map(({ from, to }) => [from, to])).toEqual([
      [2, 2.5],
      [2.5, 3],
      [3, 4],
    ]);
  });

  it("skip the hour that March lacks", () => {
    const cells = toCells([day("2026-03-29", "2026-03-28T23:00:00Z", 23)]);
    expect(cells.map(({ from }) => from).slice(0, 4)).toEqual([0, 1, 3, 4]);
  });
});
