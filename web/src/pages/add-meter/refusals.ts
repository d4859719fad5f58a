/** Reasons after which the same request cannot succeed: Enedis has to be asked with a new one. */
const FINAL = new Set(["other_browser", "too_often", "unknown", "not_opened", "held_by_another", "contested"]);

/** Whether a person may give the consent of the same request, for which Home Assistant may be waiting. */
export const canTryAgain = (status: string, reason: string | null): boolean =>
  status === "refused" && !FINAL.has(reason ?? "");
