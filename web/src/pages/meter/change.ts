import { answer, api, type Schema } from "$api";
import { session } from "$lib/session.svelte";

/** Change a meter's settings, and update it on every page. */
export async function changeMeter(point_id: string, body: Schema<"UsagePointChanges">): Promise<void> {
  const changed = await answer(api.PATCH("/v1/usage-points/{point_id}", { params: { path: { point_id } }, body }));
  session.replaceMeter(changed);
}
