"""Captchas: Cloudflare Turnstile, or none."""

import json
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from gateway.kit.http import UnreachableError, Upstream
from gateway.problems import ProblemError
from gateway.settings import Settings

log = structlog.get_logger()

_PATH = "/turnstile/v0/siteverify"
_LONGEST_TOKEN = 2048
_SECRET_REFUSED = ("invalid-input-secret", "missing-input-secret")


class Captcha(Protocol):
    """Checks captcha tokens."""

    async def check_token(self, token: str | None, action: str, client: str | None) -> None:
        """Check that the captcha was solved for this action. `client` is an IP address. Raises problems: 403, 503."""
        ...


class NoCaptcha:
    """Accepts every request."""

    async def check_token(self, token: str | None, action: str, client: str | None) -> None:
        """Do nothing."""


class Turnstile:
    """Cloudflare Turnstile over HTTP. If `required`, requests without a token or during an outage are refused."""

    def __init__(self, upstream: Upstream, secret: str, hosts: frozenset[str], *, required: bool) -> None:
        """Prepare without connecting. `hosts` are the hosts on whose pages the captcha may be solved."""
        self._upstream = upstream
        self._secret = secret
        self._hosts = hosts
        self._required = required

    async def check_token(self, token: str | None, action: str, client: str | None) -> None:
        """Let Cloudflare check a token, which is valid once, for one host and action. Raises problems: 403, 503."""
        if not token:
            if self._required:
                raise ProblemError(403, "captcha_needed", "Solve the captcha and send its `captcha_token`.")
            return
        result = await self._verify(token[:_LONGEST_TOKEN], client, {200})
        if result is None:
            log.warning("captcha_unreachable", action=action)
            if self._required:
                raise ProblemError(
                    503,
                    "captcha_unavailable",
                    "The captcha cannot be checked right now; try again shortly.",
                    retry_after=60,
                )
            return
        if not (
            result.get("success") is True and result.get("action") == action and result.get("hostname") in self._hosts
        ):
            raise ProblemError(403, "captcha_failed", "The captcha was not solved. Try again.")

    async def is_secret_accepted(self) -> bool | None:
        """Tell whether Cloudflare knows the secret, by a token that nobody solved; None during an outage."""
        # Cloudflare answers a wrong secret with 200 or 400
        result = await self._verify("doctor", None, {200, 400})
        if result is None:
            return None
        errors = result.get("error-codes")
        return not (
            isinstance(errors, list) and {"invalid-input-secret", "missing-input-secret"} & set(map(str, errors))
        )

    async def _verify(self, token: str, client: str | None, statuses: set[int]) -> dict[str, object] | None:
        """Return Cloudflare's answer about a token; None if there is none of one of these statuses."""
        form = {"secret": self._secret, "response": token} | ({"remoteip": client} if client else {})
        try:
            answer = await self._upstream.request("POST", _PATH, form=form)
            result = json.loads(answer.body) if answer.status in statuses else None
        except UnreachableError, ValueError:
            return None
        return result if isinstance(result, dict) else None


def list_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts of FRONTEND_URL and BACKEND_URL, on whose pages people sign up."""
    names = (urlsplit(url).hostname for url in (settings.frontend_url, settings.backend_url))
    return frozenset(name for name in names if name)
