import type { Color, Tempo } from "../commands";

/** The season's counts with the days left now: at 06:00 tomorrow becomes today, whether the gateway answers or not. */
export function leftNow(counts: Tempo["season"]["days"], left: Tempo["now"]["left"]): Tempo["season"]["days"] {
  const known = Object.entries(counts) as [Color, Tempo["season"]["days"][Color]][];
  return Object.fromEntries(
    known.map(([color, count]) => [color, { ...count, left_after_today: left[color] ?? null }]),
  ) as Tempo["season"]["days"];
}
