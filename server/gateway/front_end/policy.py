"""The headers of every answer of a site that shows the front end; web/nginx has the same for nginx.

Pages of the gateway's own bring a stricter Content-Security-Policy, which stays.
"""

_CLOUDFLARE = "https://challenges.cloudflare.com"
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def security_headers(*, with_captcha: bool) -> dict[str, str]:
    """Return the headers; Cloudflare's host is named only where a captcha is shown."""
    parts = ["default-src 'self'"]
    if with_captcha:
        parts += [f"script-src 'self' {_CLOUDFLARE}", f"frame-src {_CLOUDFLARE}"]
    parts += ["object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'"]
    return {"Content-Security-Policy": "; ".join(parts), **_COMMON}
