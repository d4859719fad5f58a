"""What RTE's refusals mean for the rest of the house."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import StrEnum

from pydantic import BaseModel, ValidationError

from gateway.kit.http import Answer

_LONGEST_WAIT = 86400.0


class Meaning(StrEnum):
    """Why RTE did not answer with data."""

    NOT_PUBLISHED = "not_published"
    CREDENTIALS = "credentials"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    QUOTA = "quota"
    OUR_FAULT = "our_fault"
    DOWN = "upstream_down"


_BY_CODE = {
    "TMPLIKSUPCON_TMPLIKCAL_F04": Meaning.NOT_PUBLISHED,  # the end is later than what is known: tomorrow, usually
}
_BY_STATUS = {
    401: Meaning.UNAUTHORIZED,
    403: Meaning.FORBIDDEN,  # the application has not subscribed to this API, or to this version of it
    408: Meaning.DOWN,
    429: Meaning.QUOTA,
    509: Meaning.QUOTA,
}


class RteError(Exception):
    """RTE refused, or could not be reached. `code` is RTE's own; `retry_after` the seconds it asked to wait."""

    def __init__(self, meaning: Meaning, code: str = "", retry_after: float = 0) -> None:
        """Keep the meaning; RTE's own words are left out."""
        super().__init__(f"{meaning} {code}".strip())
        self.meaning = meaning
        self.code = code
        self.retry_after = retry_after


def understand(answer: Answer) -> RteError:
    """Turn a refusal into its meaning."""
    code = _code(answer.body)
    meaning = _BY_CODE.get(code) or _BY_STATUS.get(answer.status)
    if meaning is None:
        meaning = Meaning.OUR_FAULT if 400 <= answer.status < 500 else Meaning.DOWN
    return RteError(meaning, code or str(answer.status), _wait(answer.headers))


class _Refusal(BaseModel):
    error: str


def _code(raw: bytes) -> str:
    try:
        return _Refusal.model_validate_json(raw).error[:100]
    except ValidationError:
        return ""


def _wait(headers: Mapping[str, str]) -> float:
    """Return the seconds that `Retry-After` names, or those from the answer's own date to the one it names."""
    header = headers.get("retry-after", "").strip()
    try:
        if header.isascii() and header.isdigit():
            seconds = float(header)
        else:
            until, since = (parsedate_to_datetime(text) for text in (header, headers.get("date", "")))
            seconds = (until - since).total_seconds()
    except ValueError, TypeError:  # no date, or one with and one without its zone
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)
