import { answer, api, type Schema } from "$api";
import { Resource } from "$lib/resource.svelte";

/** The status of Enedis and RTE, asked for again when it changes. Call it while a component is made. */
export const watchStatus = () => new Resource((signal) => answer(api.GET("/v1/status", { signal })));

/** How a condition of Enedis or RTE is shown. */
export const tones = {
  working: "good",
  unstable: "info",
  limit_reached: "warning",
  down: "bad",
  paused: "bad",
} as const satisfies Record<Schema<"Condition">, string>;

/** Whether data may be missing because of it: then the overview says so. */
export const isTrouble = ({ condition }: Schema<"ServiceStatus">): boolean =>
  condition !== "working" && condition !== "unstable";
