"""The security headers of a site with the front end; web/scripts/policy.mjs has the same ones for nginx.

The gateway's own pages set a stricter Content-Security-Policy, which is kept.
"""

_CLOUDFLARE = "https://challenges.cloudflare.com"
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def build_security_headers(*, with_captcha: bool, frame_ancestors: str = "") -> dict[str, str]:
    """Return the security headers.

    Cloudflare's host is included only with a captcha. `frame_ancestors` are the sites that may show the pages in a
    frame, by default none; X-Frame-Options cannot name sites, so it is set only if there are none. So is
    Cross-Origin-Opener-Policy: browsers refuse a page that has it in a window opened from a sandboxed frame, as Home
    Assistant's are, and a consent begins in such a window.
    """
    parts = ["default-src 'self'"]
    if with_captcha:
        parts += [f"script-src 'self' {_CLOUDFLARE}", f"frame-src {_CLOUDFLARE}"]
    parts += ["object-src 'none'", "base-uri 'self'", "form-action 'self'"]
    parts += [f"frame-ancestors {frame_ancestors or "'none'"}"]
    unframed = {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}
    return {"Content-Security-Policy": "; ".join(parts), **({} if frame_ancestors else unframed), **_COMMON}
