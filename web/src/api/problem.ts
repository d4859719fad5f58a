/** Why a request failed: the gateway's problem details (RFC 9457), or `unreachable` if there was no response. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    /** Milliseconds until the next attempt, if the gateway named a time. */
    readonly retryAfter?: number,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
    this.name = "Problem";
  }
}

export const unreachable = (): Problem => new Problem("unreachable", 0, "The gateway did not answer.");

/** Retry-After is a number of seconds or a date. */
export function parseRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

export function toProblem(response: Response, body: unknown): Problem {
  const isProxy = response.status >= 502 && response.status <= 504 && typeof body !== "object";
  if (isProxy) return unreachable();
  const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof members.code === "string" ? members.code : `http_${response.status}`;
  const detail = typeof members.detail === "string" ? members.detail : response.statusText;
  return new Problem(code, response.status, detail, parseRetryAfter(response.headers.get("Retry-After")), members);
}
