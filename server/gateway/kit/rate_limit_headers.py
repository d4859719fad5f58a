"""Rate limit headers as in draft-ietf-httpapi-ratelimit-headers-11."""


def build_rate_limit_headers(policy: str, limit: int, remaining: int, reset: float, window: float) -> dict[str, str]:
    """Return the headers: `policy` allows `limit` per `window`, `remaining` are left until `reset`; both in seconds."""
    return {
        "RateLimit-Policy": f'"{policy}";q={limit};w={round(window)}',
        "RateLimit": f'"{policy}";r={max(0, remaining)};t={max(0, round(reset))}',
    }
