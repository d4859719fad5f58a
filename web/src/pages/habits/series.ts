import { answer, api } from "$api";
import { type Day, Resource, session } from "$lib";

/** What the meter used in each hour or day of a range, in Wh. Call it while a component is created. */
export const loadSeries = (step: "hour" | "day", range: () => { start: Day; end: Day }) =>
  new Resource(async (signal) => {
    const path = { point_id: session.meter?.id ?? "" };
    const params = { path, query: { ...range(), step, include: ["quality" as const] } };
    const { current, next_change } = await answer(api.GET("/v1/usage-points/{point_id}/series", { params, signal }));
    const items = current.start.flatMap((start, n) => {
      const wh = current.consumption[n] ?? null;
      // the hour that is skipped in March has no start
      return start === null ? [] : [{ start, wh, quality: current.quality?.consumption?.[n] ?? null }];
    });
    return { items, next_change };
  });
