import { expect, test } from "vitest";
import { parseRetryAfter, toProblem } from "../src/api/problem";

test("Retry-After is seconds or a date", () => {
  expect(parseRetryAfter("120")).toBe(120_000);
  expect(parseRetryAfter("Tue, 03 Nov 2026 10:00:30 GMT", Date.parse("2026-11-03T10:00:00Z"))).toBe(30_000);
  expect(parseRetryAfter(null)).toBeUndefined();
});

test("a problem has the gateway's code, and a proxy's page is one of ours", () => {
  const quota = toProblem(new Response("", { status: 429, headers: { "Retry-After": "60" } }), {
    code: "quota",
    detail: "Used up.",
  });
  expect([quota.code, quota.status, quota.retryAfter]).toEqual(["quota", 429, 60_000]);
  expect(toProblem(new Response("", { status: 502 }), "<html>").code).toBe("unreachable");
});
