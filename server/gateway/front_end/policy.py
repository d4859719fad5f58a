"""The headers of every answer of a site that shows the front end; web/scripts/policy.mjs has the same for nginx.

Pages of the gateway's own bring a stricter Content-Security-Policy, which stays.
"""

_CLOUDFLARE = "https://challenges.cloudflare.com"
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def build_security_headers(*, with_captcha: bool, frame_ancestors: str = "") -> dict[str, str]:
    """Return the headers.

    Cloudflare's host is named only where a captcha is shown. `frame_ancestors` are the sites that may show the pages in
    a frame, by default none; X-Frame-Options cannot name them, so that it stands only where there are none.
    """
    parts = ["default-src 'self'"]
    if with_captcha:
        parts += [f"script-src 'self' {_CLOUDFLARE}", f"frame-src {_CLOUDFLARE}"]
    parts += ["object-src 'none'", "base-uri 'self'", "form-action 'self'"]
    parts += [f"frame-ancestors {frame_ancestors or "'none'"}"]
    unframed = {} if frame_ancestors else {"X-Frame-Options": "DENY"}
    return {"Content-Security-Policy": "; ".join(parts), **unframed, **_COMMON}
