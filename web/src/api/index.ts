import createClient from "openapi-fetch";
import { base } from "$lib/base";
import { type Problem, toProblem, unreachable } from "./problem";
import type { components, paths } from "./schema";

export { Problem, unreachable } from "./problem";
/** A schema of the gateway, by its name in openapi.json. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const apiUrl = new URL(`${import.meta.env.VITE_API_BASE_URL.replace(/\/$/, "")}/`, base).href;

/** The gateway, typed by its OpenAPI document. Wrap each call in `answer`. */
// responses that are the same for everybody are revalidated by their ETag; others are not stored (decision 81)
export const api = createClient<paths>({ baseUrl: apiUrl, credentials: "include", cache: "no-cache" });

let onSessionEnd = (): void => {};
/** Set what happens when the gateway responds that nobody is logged in any more. */
export function whenSessionEnds(handler: () => void): void {
  onSessionEnd = handler;
}

interface Result<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of a successful response.
 *
 * @throws {Problem} for every other response, and if there is none
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
  // any other 401 means that nobody is logged in any more
  if (problem.status === 401 && problem.code !== "invalid_credentials") onSessionEnd();
  throw problem;
}
