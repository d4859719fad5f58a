"""What Enedis' refusals mean for the rest of the house.

Three shapes of body are read: `{error, error_description}`, `{code, message, description?, nextAccessTime?}` and
`{fault: {code, message, description}}`; the last two come from the gateway in front of Enedis.
"""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway.kit.http import Answer


class Meaning(StrEnum):
    """Why Enedis did not answer with data."""

    ABSENT = "absent"
    NOT_PUBLISHED = "not_published"
    BEFORE_ACTIVATION = "before_activation"
    HISTORY_LIMIT = "history_limit"
    TOO_LONG = "too_long"
    WRONG_DIRECTION = "wrong_direction"
    NOT_HOLDER = "not_holder"
    NO_CONSENT = "no_consent"
    NOTHING_OPEN = "nothing_open"
    NOT_SUBSCRIBED = "not_subscribed"
    QUOTA = "quota"
    UNAUTHORIZED = "unauthorized"
    OUR_FAULT = "our_fault"
    DOWN = "upstream_down"


_BY_CODE = {
    "no_data_found": Meaning.ABSENT,
    "STM-ERR-0000014": Meaning.ABSENT,
    "STM-ERR-0000019": Meaning.ABSENT,
    "STM-ERR-0000020": Meaning.ABSENT,
    "ADAM-ERR0123": Meaning.BEFORE_ACTIVATION,
    "ADAM-DC-0009": Meaning.BEFORE_ACTIVATION,
    "ADAM-ERR0125": Meaning.HISTORY_LIMIT,
    "ADAM-DC-0016": Meaning.HISTORY_LIMIT,
    "ADAM-ERR0126": Meaning.TOO_LONG,
    "ADAM-DC-0015": Meaning.TOO_LONG,
    "ADAM-ERR0069": Meaning.WRONG_DIRECTION,
    "ADAM-ERR0061": Meaning.NOT_HOLDER,
    "ADAM-DC-0007": Meaning.NOT_HOLDER,
    "ADAM-DC-0008": Meaning.NO_CONSENT,
    "ADAM_DC_0008": Meaning.NO_CONSENT,
    "ADAM-ERR0075": Meaning.NO_CONSENT,
    "900908": Meaning.NOT_SUBSCRIBED,
    "900901": Meaning.UNAUTHORIZED,
    "900902": Meaning.UNAUTHORIZED,
    "900903": Meaning.UNAUTHORIZED,
    "technical_error": Meaning.DOWN,
    "ADAM-DC-0500": Meaning.DOWN,
    "STM-ERR-0000001": Meaning.DOWN,
}
_BY_STATUS = {
    400: Meaning.OUR_FAULT,
    401: Meaning.UNAUTHORIZED,
    403: Meaning.NO_CONSENT,
    404: Meaning.ABSENT,
    429: Meaning.QUOTA,
    500: Meaning.OUR_FAULT,  # Enedis answers 500 to whatever its swagger does not have
}
_BY_WORDS = {
    "earlier than the current date": Meaning.NOT_PUBLISHED,
    "pas titulaire": Meaning.NOT_HOLDER,
    "pas de mesure": Meaning.ABSENT,
    "pas de services souscrits": Meaning.NOTHING_OPEN,
    "dernière mise en service": Meaning.BEFORE_ACTIVATION,
    "last activation date": Meaning.BEFORE_ACTIVATION,
    "history deadline": Meaning.HISTORY_LIMIT,
    "sla dépassé": Meaning.QUOTA,
    "problème technique": Meaning.DOWN,
    # said of good numbers, once in a while
    "must be 14 digits long": Meaning.DOWN,
}
"""For the bodies whose code tells nothing; a part of their words, in lower case."""
_CODE = re.compile(r"(?!.*\d{8})[\w -]{1,40}")
"""What a code looks like; whatever else stands in its place may hold a meter number and goes no further."""
_FOR_ALL = frozenset({"unreachable", "circuit", "token", "stopped", "hour", "busy"})
"""Codes of our own that say nothing of the usage point asked for."""
_NEXT_ACCESS = "%Y-%b-%d %H:%M:%S%z UTC"


class EnedisError(Exception):
    """Enedis refused, or could not be reached. `code` is Enedis' own; `retry_at` is when it said to come back."""

    def __init__(self, meaning: Meaning, code: str = "", retry_at: datetime | None = None) -> None:
        """Keep the meaning; the text holds no meter number, since Enedis' own words are left out."""
        super().__init__(f"{meaning} {code}".strip())
        self.meaning = meaning
        self.code = code
        self.retry_at = retry_at

    @property
    def is_for_all(self) -> bool:
        """Whether whoever asks now would hear the same."""
        return self.code in _FOR_ALL


def understand(answer: Answer) -> EnedisError:
    """Turn a refusal into its meaning."""
    body = _body(answer.body)
    code = str(body.get("error") or body.get("code") or "")
    meaning = Meaning.QUOTA if answer.status == 429 else _BY_CODE.get(code) or _by_words(body)
    if meaning is None:
        meaning = _by_status(answer.status, foreign=bool(answer.body.strip()) and not body)
    return EnedisError(meaning, code if _CODE.fullmatch(code) else "", _next_access(body))


def _by_status(status: int, *, foreign: bool) -> Meaning:
    """Judge by the status alone; a `foreign` body was not written by Enedis' API."""
    if status > 500:
        return Meaning.DOWN
    if status in {403, 404} and foreign:
        return Meaning.OUR_FAULT  # some other server's page, which says nothing about the consent or the days asked
    return _BY_STATUS.get(status, Meaning.OUR_FAULT)


def _by_words(body: dict[str, Any]) -> Meaning | None:
    words = str(body.get("error_description") or body.get("message") or "").lower()
    return next((meaning for part, meaning in _BY_WORDS.items() if part in words), None)


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError, RecursionError:
        return {}
    if isinstance(body, list):
        body = body[0] if body else {}
    if not isinstance(body, dict):
        return {}
    fault = body.get("fault")
    return fault if isinstance(fault, dict) else body


def _next_access(body: dict[str, Any]) -> datetime | None:
    try:
        return datetime.strptime(str(body.get("nextAccessTime")), _NEXT_ACCESS).astimezone(UTC)
    except ValueError, OverflowError:
        return None
