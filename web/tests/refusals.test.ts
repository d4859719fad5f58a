import { expect, test } from "vitest";
import { canTryAgain } from "../src/pages/add-meter/refusals";

test("the same consent is offered again unless it cannot succeed", () => {
  const reasons = ["refused_at_enedis", "wrong_meter", null, "not_opened", "held_by_another", "contested"];
  expect(reasons.map((reason) => canTryAgain("refused", reason))).toEqual([true, true, true, false, false, false]);
  expect(canTryAgain("expired", null)).toBe(false);
});
