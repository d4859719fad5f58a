"""Classifies error responses of Enedis.

Four forms of body are parsed: `{error, error_description}`, `{code, message, description?, nextAccessTime?}`,
`{fault: {code, message, description}}` and `{error: {code, message}}`; of a list, only the first member is used.
"""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum

from gateway.kit.http import HttpResponse
from gateway.kit.wire import JsonObject


class ErrorReason(StrEnum):
    """Why Enedis did not answer with data. METER_REFUSED: it refuses every request for this usage point."""

    ABSENT = "absent"
    NOT_PUBLISHED = "not_published"
    BEFORE_ACTIVATION = "before_activation"
    HISTORY_LIMIT = "history_limit"
    TOO_LONG = "too_long"
    WRONG_DIRECTION = "wrong_direction"
    NOT_HOLDER = "not_holder"
    NO_CONSENT = "no_consent"
    METER_REFUSED = "meter_refused"
    NOTHING_OPEN = "nothing_open"
    NOT_SUBSCRIBED = "not_subscribed"
    QUOTA = "quota"
    UNAUTHORIZED = "unauthorized"
    OUR_FAULT = "our_fault"
    DOWN = "upstream_down"


_BY_CODE = {
    "no_data_found": ErrorReason.ABSENT,
    "STM-ERR-0000014": ErrorReason.ABSENT,
    "STM-ERR-0000019": ErrorReason.ABSENT,
    "STM-ERR-0000020": ErrorReason.ABSENT,
    "ADAM-ERR0123": ErrorReason.BEFORE_ACTIVATION,
    "ADAM-DC-0009": ErrorReason.BEFORE_ACTIVATION,
    "ADAM-ERR0125": ErrorReason.HISTORY_LIMIT,
    "ADAM-DC-0016": ErrorReason.HISTORY_LIMIT,
    "ADAM-ERR0126": ErrorReason.TOO_LONG,
    "ADAM-DC-0015": ErrorReason.TOO_LONG,
    "ADAM-ERR0069": ErrorReason.WRONG_DIRECTION,
    "ADAM-ERR0061": ErrorReason.NOT_HOLDER,
    "ADAM-DC-0007": ErrorReason.NOT_HOLDER,
    "ADAM-DC-0008": ErrorReason.NO_CONSENT,
    "ADAM_DC_0008": ErrorReason.NO_CONSENT,
    "ADAM-ERR0075": ErrorReason.NO_CONSENT,
    "unauthorized_user": ErrorReason.NO_CONSENT,
    "ADAM-ERR0155": ErrorReason.METER_REFUSED,  # the point does not exist: a meter that is cut or does not communicate
    "ADAM-ERR0191": ErrorReason.METER_REFUSED,  # no ACCES service for the period
    "900800": ErrorReason.QUOTA,
    "900801": ErrorReason.QUOTA,
    "900802": ErrorReason.QUOTA,
    "900803": ErrorReason.QUOTA,
    "900804": ErrorReason.QUOTA,
    "900805": ErrorReason.QUOTA,
    "900806": ErrorReason.QUOTA,
    "900807": ErrorReason.QUOTA,
    "900908": ErrorReason.NOT_SUBSCRIBED,
    "900909": ErrorReason.NOT_SUBSCRIBED,
    "900910": ErrorReason.NOT_SUBSCRIBED,
    "900901": ErrorReason.UNAUTHORIZED,
    "900902": ErrorReason.UNAUTHORIZED,
    "900903": ErrorReason.UNAUTHORIZED,
    "technical_error": ErrorReason.DOWN,
    "ADAM-DC-0500": ErrorReason.DOWN,
    "STM-ERR-0000001": ErrorReason.DOWN,
}
_BY_WORDS = {
    "earlier than the current date": ErrorReason.NOT_PUBLISHED,
    "pas titulaire": ErrorReason.NOT_HOLDER,
    "pas de mesure": ErrorReason.ABSENT,
    "pas de services souscrits": ErrorReason.NOTHING_OPEN,
    "dernière mise en service": ErrorReason.BEFORE_ACTIVATION,
    "last activation date": ErrorReason.BEFORE_ACTIVATION,
    "history deadline": ErrorReason.HISTORY_LIMIT,
    "sla dépassé": ErrorReason.QUOTA,
    "quota": ErrorReason.QUOTA,
    "throttled": ErrorReason.QUOTA,
    "problème technique": ErrorReason.DOWN,
    # sometimes sent for valid numbers
    "must be 14 digits long": ErrorReason.DOWN,
}
"""Parts of messages in lower case, for bodies without a known code."""
_BY_STATUS = {401: ErrorReason.UNAUTHORIZED, 403: ErrorReason.NO_CONSENT, 429: ErrorReason.QUOTA}
"""For bodies in one of Enedis' forms without a known code or message."""
_METER_CODE = re.compile(r"(?:ADAM|STM|SGT)[-_]?[\w-]{1,30}", re.ASCII)
"""The form of Enedis' codes that concern a usage point; codes of its API gateway have six digits."""
_CODE = re.compile(r"(?!.*\d{8})[\w -]{1,40}")
"""The form of a code; any other text in its place is dropped, since it may contain a meter number."""
_FOR_ALL = frozenset({"unreachable", "circuit", "token", "stopped", "hour", "busy"})
"""Our own codes for errors that do not depend on the usage point."""
_NEXT_ACCESS = "%Y-%b-%d %H:%M:%S%z UTC"


class EnedisError(Exception):
    """Enedis refused, or could not be reached. `code` is Enedis' or ours; `retry_at` is when to try again, if known."""

    def __init__(self, reason: ErrorReason, code: str = "", retry_at: datetime | None = None) -> None:
        """Store the reason; the text contains no meter number, since Enedis' message is left out."""
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        self.retry_at = retry_at

    @property
    def is_for_all(self) -> bool:
        """Whether a call for any usage point would get the same error now."""
        return self.code in _FOR_ALL


def parse_error(response: HttpResponse) -> EnedisError:
    """Return the error for a response: its reason follows from the code, else the message, else the status."""
    body = _read_body(response.body)
    code = str(body.get("error") or body.get("code") or "")
    reason = _find_reason(response.status, body, code)
    return EnedisError(reason, code if _CODE.fullmatch(code) else "", _read_next_access(body))


def _find_reason(status: int, body: JsonObject, code: str) -> ErrorReason:
    if status == 429:
        return ErrorReason.QUOTA
    if known := _BY_CODE.get(code) or _match_words(body):
        return known
    if status >= 500:
        return ErrorReason.DOWN
    if status in {400, 403, 404} and _METER_CODE.fullmatch(code):
        return ErrorReason.METER_REFUSED
    if status == 401 or code:
        return _BY_STATUS.get(status, ErrorReason.OUR_FAULT)
    # the page of another server, which says nothing about the consent or the requested days
    return ErrorReason.OUR_FAULT


def _match_words(body: JsonObject) -> ErrorReason | None:
    words = str(body.get("error_description") or body.get("message") or "").lower()
    return next((reason for part, reason in _BY_WORDS.items() if part in words), None)


def _read_body(raw: bytes) -> JsonObject:
    try:
        body = json.loads(raw)
    except ValueError, RecursionError:
        return {}
    if isinstance(body, list):
        body = body[0] if body else {}
    if not isinstance(body, dict):
        return {}
    for wrapper in ("fault", "error"):
        if isinstance(inner := body.get(wrapper), dict):
            return inner
    return body


def _read_next_access(body: JsonObject) -> datetime | None:
    try:
        return datetime.strptime(str(body.get("nextAccessTime")), _NEXT_ACCESS).astimezone(UTC)
    except ValueError, OverflowError:
        return None
