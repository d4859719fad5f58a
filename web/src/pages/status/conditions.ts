import { answer, api, type Schema } from "$api";
import { Resource } from "$lib/resource.svelte";

/** The status of Enedis and RTE. Call it while a component is created. */
export const watchStatus = () => new Resource((signal) => answer(api.GET("/v1/status", { signal })));

/** Tone in which a condition is shown. */
export const tones = {
  working: "good",
  unstable: "info",
  limit_reached: "warning",
  down: "bad",
  paused: "bad",
} as const satisfies Record<Schema<"Condition">, string>;
