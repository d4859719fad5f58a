"""Classifies RTE's error responses."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import StrEnum

from pydantic import BaseModel, ValidationError

from gateway.kit.http import HttpResponse

_LONGEST_WAIT = 86400.0


class RteErrorReason(StrEnum):
    """Why RTE did not answer with data."""

    NOT_PUBLISHED = "not_published"
    CREDENTIALS = "credentials"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    QUOTA = "quota"
    OUR_FAULT = "our_fault"
    DOWN = "upstream_down"


_BY_CODE = {
    "TMPLIKSUPCON_TMPLIKCAL_F04": RteErrorReason.NOT_PUBLISHED,  # the last day is not known yet: usually tomorrow
}
_BY_STATUS = {
    401: RteErrorReason.UNAUTHORIZED,
    403: RteErrorReason.FORBIDDEN,  # the application has not subscribed to this API, or to this version of it
    408: RteErrorReason.DOWN,
    429: RteErrorReason.QUOTA,
    509: RteErrorReason.QUOTA,
}


class RteError(Exception):
    """RTE refused, or could not be reached. `code` is RTE's or ours; `retry_after` is how many seconds to wait."""

    def __init__(self, reason: RteErrorReason, code: str = "", retry_after: float = 0) -> None:
        """Store the reason; RTE's message is left out."""
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


def parse_error(answer: HttpResponse) -> RteError:
    """Return the error for a response, by its code, else by its status."""
    code = _read_code(answer.body)
    reason = _BY_CODE.get(code) or _BY_STATUS.get(answer.status)
    if reason is None:
        reason = RteErrorReason.OUR_FAULT if 400 <= answer.status < 500 else RteErrorReason.DOWN
    return RteError(reason, code or str(answer.status), _read_wait(answer.headers))


class _Refusal(BaseModel):
    error: str


def _read_code(raw: bytes) -> str:
    try:
        return _Refusal.model_validate_json(raw).error[:100]
    except ValidationError:
        return ""


def _read_wait(headers: Mapping[str, str]) -> float:
    """Return the seconds in `Retry-After`, or from `Date` to the date in it; at most one day, 0 if absent."""
    header = headers.get("retry-after", "").strip()
    try:
        if header.isascii() and header.isdigit():
            seconds = float(header)
        else:
            until, since = (parsedate_to_datetime(text) for text in (header, headers.get("date", "")))
            seconds = (until - since).total_seconds()
    except ValueError, TypeError:  # not a date, or one date with a time zone and one without
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)
