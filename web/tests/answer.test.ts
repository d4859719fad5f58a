import { afterEach, expect, test, vi } from "vitest";
import { answer, type Problem, whenSessionEnds } from "$api";

const ended = vi.fn();
whenSessionEnds(ended);
afterEach(() => ended.mockReset());

const refusal = (status: number, code: string) =>
  Promise.resolve({ response: new Response("", { status }), error: { code, detail: "" } });
const codeOf = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => "answered",
    (problem: Problem) => problem.code,
  );

test("an ended session is noticed whatever the gateway calls it", async () => {
  expect(await codeOf(answer(refusal(401, "invalid_token")))).toBe("invalid_token");
  expect(ended).toHaveBeenCalledOnce();
});

test("a wrong password ends no session", async () => {
  expect(await codeOf(answer(refusal(401, "invalid_credentials")))).toBe("invalid_credentials");
  expect(ended).not.toHaveBeenCalled();
});

test("a gateway that does not answer is a problem of its own, and a request given up is none", async () => {
  expect(await codeOf(answer(Promise.reject(new TypeError("Failed to fetch"))))).toBe("unreachable");
  const aborted = new DOMException("", "AbortError");
  await expect(answer(Promise.reject(aborted))).rejects.toBe(aborted);
});
