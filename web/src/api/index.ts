import createClient from "openapi-fetch";
import { base } from "$lib/base";
import { type Problem, toProblem, unreachable } from "./problem";
import type { components, paths } from "./schema";

export { Problem, unreachable } from "./problem";
/** A schema of the gateway, by its name in openapi.json. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const apiUrl = new URL(`${import.meta.env.VITE_API_BASE_URL.replace(/\/$/, "")}/`, base).href;

/** The gateway, typed by its OpenAPI document. Wrap each call in `answer`. */
// answers that are the same for everybody are asked for again by their ETag; others are not stored (decision 81)
export const api = createClient<paths>({ baseUrl: apiUrl, credentials: "include", cache: "no-cache" });

let onSessionEnd = (): void => {};
/** Tell what to do when the gateway says that nobody is logged in any more. */
export function whenSessionEnds(handler: () => void): void {
  onSessionEnd = handler;
}

interface Result<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of a successful answer.
 *
 * @throws {Problem} for every other answer, and for none
 */
export async function answer<Data>(request: Promise<Result<Data>>): Promise<NonNullable<Data>> {
  let result: Result<Data>;
  try {
    result = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (result.response.ok) return result.data as NonNullable<Data>;
  const problem: Problem = toProblem(result.response, result.error);
  if (import.meta.env.VITE_DEBUG === "true") {
    // oxlint-disable-next-line no-console -- what VITE_DEBUG asks for
    console.debug(new URL(result.response.url).pathname, problem.code, problem.detail);
  }
  // a wrong password is the one 401 that does not mean that nobody is logged in any more
  if (problem.status === 401 && problem.code !== "invalid_credentials") onSessionEnd();
  throw problem;
}
