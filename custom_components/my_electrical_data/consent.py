"""Waits for a consent that is given on Enedis' page, and explains one that is not."""

import asyncio
import re
from typing import Final

from homeassistant.core import HomeAssistant

from .api import GatewayClient, GatewayConnectionError, GatewayUnavailableError, RateLimitedError
from .api.models import ConsentRequest, ConsentStatus, UsagePoint
from .const import METER
from .formatting import async_load_category

CONF_NUMBER: Final = "number"
_METER_NUMBER = re.compile(r"\s*(?:(?:n\S?|num[eé]ro|prm|pdl|de|du)[\s.:°]*)*([0-9\s.\-_]+)", re.IGNORECASE)
LOOK_EVERY: Final = 3.0
QUICK_LOOKS: Final = 200
LOOK_LATER: Final = 30.0
"""Seconds between looks after the first ten minutes: a dialog that was left open waits for a day."""
DETAILS_LOOKS: Final = 20

_TRANSLATED_REASONS: Final = {
    "refused_at_enedis",
    "expired",
    "other_browser",
    "wrong_meter",
    "held_by_another",
    "shared_before",
    "contested",
    "not_opened",
    "upstream_down",
    "too_often",
}
"""Reasons of a failed consent that have their own texts."""


async def wait_for_consent(
    client: GatewayClient, consent_id: str, refusal: ConsentRequest | None = None
) -> ConsentRequest:
    """Wait until a consent is decided; after a `refusal`, until it is decided otherwise or cannot be retried any more.

    Connection errors are retried.
    """
    looks = 0
    while True:
        try:
            consent = await client.fetch_consent(consent_id)
        except GatewayConnectionError, GatewayUnavailableError, RateLimitedError:
            pass
        else:
            if consent.status is not ConsentStatus.PENDING and consent != refusal:
                return consent
        looks += 1
        await asyncio.sleep(LOOK_EVERY if looks < QUICK_LOOKS else LOOK_LATER)


async def wait_for_contract(client: GatewayClient, usage_point_id: str) -> UsagePoint:
    """Return a meter once its contract is known, or after a minute. Raises GatewayError."""
    point = await client.fetch_usage_point(usage_point_id)
    for _ in range(DETAILS_LOOKS):
        if point.contract.segment is not None:
            break
        await asyncio.sleep(LOOK_EVERY)
        point = await client.fetch_usage_point(usage_point_id)
    return point


def parse_meter_number(text: str) -> str | None:
    """Return the 14 digits of what was typed, such as "PRM 12 345.678-900 017", or None."""
    found = _METER_NUMBER.fullmatch(text)
    digits = re.sub(r"[^0-9]", "", found[1]) if found else ""
    return digits if len(digits) == 14 else None


def get_refusal_key(consent: ConsentRequest) -> str:
    """Return the translation key of the reason why a consent opened nothing."""
    return f"consent_{consent.reason}" if consent.reason in _TRANSLATED_REASONS else "consent_failed"


async def async_explain_refusal(hass: HomeAssistant, key: str) -> str:
    """Return the text of a refusal in Home Assistant's language."""
    texts = await async_load_category(hass, "config_subentries")
    return texts[f"{METER}.error.{key}"]
