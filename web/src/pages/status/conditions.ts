import type { Schema } from "$api";

/** How a condition of Enedis or RTE is shown. */
export const tones = {
  working: "good",
  unstable: "info",
  limit_reached: "warning",
  down: "bad",
  paused: "bad",
} as const satisfies Record<Schema<"Condition">, string>;

/** Whether data may be missing because of it: then it is told before a reader asks. */
export const isTrouble = ({ condition }: Schema<"ServiceStatus">): boolean =>
  condition !== "working" && condition !== "unstable";
