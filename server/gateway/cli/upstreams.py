"""Checks whether Enedis, RTE, Mailgun, Cloudflare and the receiver of traces accept real requests."""

import re

from gateway.captcha import Turnstile
from gateway.enedis.errors import EnedisError
from gateway.enedis.errors import ErrorReason as EnedisErrorReason
from gateway.kit.tracing import ENDPOINT, HEADERS, CannotTraceError, send_empty_batch
from gateway.mail.senders import MailError, Mailgun
from gateway.rte.errors import RteError, RteErrorReason
from gateway.runtime import Runtime

_DOWN = "does not answer at the moment: check the network, and try again later"
_REFUSED = "rejects {names}: copy both again from {where}"


async def find_enedis_problem(runtime: Runtime) -> str | None:
    """Return what is wrong with Enedis' credentials and how to fix it; None if they work."""
    if not runtime.settings.enedis_client_id:
        return "ENEDIS_CLIENT_ID is not set: open an application on Enedis' Data Connect (https://datahub-enedis.fr)"
    try:
        await runtime.enedis.sign_in()
    except EnedisError as error:
        if error.reason is EnedisErrorReason.DOWN:
            return f"Enedis {_DOWN}"
        return "Enedis " + _REFUSED.format(
            names="ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET", where="https://datahub-enedis.fr"
        )
    return None


async def find_rte_problem(runtime: Runtime) -> str | None:
    """Return what is wrong with RTE's credentials and how to fix it; None if they work."""
    if runtime.rte is None:
        return "RTE_CLIENT_ID is not set: open an application on https://data.rte-france.com for Tempo and Ecowatt"
    try:
        await runtime.rte.sign_in()
    except RteError as error:
        if error.reason is RteErrorReason.DOWN:
            return f"RTE {_DOWN}"
        return "RTE " + _REFUSED.format(
            names="RTE_CLIENT_ID and RTE_CLIENT_SECRET", where="https://data.rte-france.com"
        )
    return None


async def find_mail_problem(runtime: Runtime) -> str | None:
    """Return what is wrong with Mailgun's settings and how to fix it; None if they work, or without Mailgun."""
    if not isinstance(runtime.mail_sender, Mailgun):
        return None
    try:
        await runtime.mail_sender.check_credentials()
    except MailError as error:
        if error.reason in {"401", "403"}:
            return "Mailgun rejects MAILGUN_API_KEY: copy it again, whole"
        if error.reason == "404":
            return "Mailgun does not know MAILGUN_DOMAIN there: check it, and the region in MAILGUN_API_BASE_URL"
        return f"Mailgun {_DOWN}"
    return None


_TEST_KEY = re.compile(r"[123]x0{16,}[0-9A-F]+")
"""Cloudflare's keys for tests, whose captchas are never accepted here: they name no host."""


async def find_captcha_problem(runtime: Runtime) -> str | None:
    """Return why nobody could pass the captcha, and how to fix it; None if they can, or without a captcha."""
    site_key, secret = runtime.settings.turnstile_site_key, runtime.settings.turnstile_secret_key.get_secret_value()
    if not secret or not isinstance(runtime.captcha, Turnstile):
        return None
    if runtime.settings.require_captcha and not site_key:
        return "REQUIRE_CAPTCHA is on, but TURNSTILE_SITE_KEY is empty: no page shows a captcha, so nobody can sign up"
    if _TEST_KEY.fullmatch(secret) or _TEST_KEY.fullmatch(site_key):
        return "TURNSTILE_SECRET_KEY or TURNSTILE_SITE_KEY is Cloudflare's for tests: nobody passes it; create your own"
    if secret == site_key:
        return "TURNSTILE_SECRET_KEY and TURNSTILE_SITE_KEY are the same: nobody passes; one is public, one is secret"
    match await runtime.captcha.is_secret_accepted():
        case None:
            return f"Cloudflare {_DOWN}" if runtime.settings.require_captcha else None
        case False:
            return "Cloudflare rejects TURNSTILE_SECRET_KEY, so nobody passes the captcha: copy it again, whole"
        case True:
            return None


def find_traces_problem() -> str | None:
    """Return why no traces arrive where they are sent, and how to fix it; None if they do."""
    try:
        status = send_empty_batch()
    except CannotTraceError as error:
        return str(error)
    match status:
        case None:
            return f"nothing answers at {ENDPOINT}: check the address, and that the collector runs"
        case 401 | 403:
            return f"{ENDPOINT}: the collector rejects the credentials (status {status}): correct {HEADERS}"
        case _ if 200 <= status < 300:
            return None
        case _:
            return (
                f"{ENDPOINT} does not take traces (status {status}): it must be the address of a collector for OTLP "
                "over HTTP, without /v1/traces, such as http://collector:4318"
            )
