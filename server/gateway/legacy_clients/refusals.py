"""What Enedis' v5 API would have answered instead of readings. Older clients recognise some of these texts.

An older client takes a 200 for complete, and never asks again. So a range in which days are still to be fetched is a
429 or 503 as a whole, even if other days are known; so is a range in which Enedis refuses some days for now. Days that
Enedis has not published, or does not have, are left out of a 200, as Enedis did. So are days that a consent which has
ended no longer covers, and those of a meter that Enedis has refused for days: it may be cut off for years.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from gateway.metering.missing import Missing, Reason
from gateway.problems import ProblemError

_NEXT_ACCESS = "%Y-%b-%d %H:%M:%S%z UTC"
_TRY_AGAIN = timedelta(minutes=10)


class LegacyRefusal(StrEnum):
    """A kind of answer without readings; those that come first here count first if a range has several."""

    QUOTA = "quota"
    DOWN = "down"
    NO_CONSENT = "no_consent"
    NOTHING = "nothing"
    HISTORY_LIMIT = "history_limit"
    BEFORE_ACTIVATION = "before_activation"


_OF_REASONS = {
    Reason.QUOTA: LegacyRefusal.QUOTA,
    Reason.UPSTREAM_DOWN: LegacyRefusal.DOWN,
    Reason.SCHEDULED: LegacyRefusal.DOWN,
    Reason.NO_CONSENT: LegacyRefusal.NO_CONSENT,
    Reason.NOT_PUBLISHED: LegacyRefusal.NOTHING,
    Reason.ABSENT: LegacyRefusal.NOTHING,
    Reason.CURVE_NOT_COLLECTED: LegacyRefusal.NOTHING,
    Reason.METER_REFUSED: LegacyRefusal.NOTHING,
    Reason.HISTORY_LIMIT: LegacyRefusal.HISTORY_LIMIT,
    Reason.BEFORE_ACTIVATION: LegacyRefusal.BEFORE_ACTIVATION,
}
_OF_WHOLE_RANGE = frozenset({LegacyRefusal.QUOTA, LegacyRefusal.DOWN})
_STATUSES = {
    LegacyRefusal.QUOTA: 429,
    LegacyRefusal.DOWN: 503,
    LegacyRefusal.NO_CONSENT: 403,
    LegacyRefusal.NOTHING: 404,
    LegacyRefusal.HISTORY_LIMIT: 400,
    LegacyRefusal.BEFORE_ACTIVATION: 400,
}
_BODIES = {
    LegacyRefusal.QUOTA: {"code": "900804", "message": "Message throttled out"},
    LegacyRefusal.DOWN: {"error": "technical_error", "error_description": "Technical error. Please try later."},
    LegacyRefusal.NO_CONSENT: {
        "error": "ADAM-DC-0008",
        "error_description": "No consent can be found for this customer and this usage point.",
    },
    LegacyRefusal.NOTHING: {"error": "no_data_found", "error_description": "no measure found for this usage point"},
    LegacyRefusal.HISTORY_LIMIT: {
        "error": "ADAM-ERR0125",
        "error_description": "The start date must be greater than the history deadline.",
    },
    LegacyRefusal.BEFORE_ACTIVATION: {
        "error": "ADAM-ERR0123",
        "error_description": "The requested period cannot be anterior to the meter's last activation date",
    },
}


class RefusedError(Exception):
    """There are no readings to give. `until` is when to try again."""

    def __init__(self, refusal: LegacyRefusal, until: datetime) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.until = until

    @property
    def status(self) -> int:
        """The status that Enedis' v5 API had for it."""
        return _STATUSES[self.refusal]

    @property
    def body(self) -> dict[str, str]:
        """The body that Enedis' v5 API had for it."""
        if self.refusal is not LegacyRefusal.QUOTA:
            return _BODIES[self.refusal]
        until = self.until.astimezone(UTC).strftime(_NEXT_ACCESS)
        description = f"You have exceeded your quota .You can access API after {until}"
        return _BODIES[self.refusal] | {"description": description, "nextAccessTime": until}

    def build_headers(self, now: datetime) -> dict[str, str]:
        """Return Retry-After for what passes by itself."""
        if self.refusal not in _OF_WHOLE_RANGE:
            return {}
        return {"Retry-After": str(max(1, round((self.until - now).total_seconds())))}


def raise_if_refused(gaps: Sequence[Missing], now: datetime, *, has_readings: bool, is_refusal_lasting: bool) -> None:
    """Raise RefusedError if a range with these gaps must not be answered by readings.

    `is_refusal_lasting` says whether Enedis has refused the meter for days (usage_points/refusals.py).
    """
    refused_for_now = {Reason.NO_CONSENT} if has_readings else set()
    if not is_refusal_lasting:
        refused_for_now.add(Reason.METER_REFUSED)
    found = [(_find_refusal(gap, refused_for_now), gap.expected_at) for gap in gaps]
    kinds = {refusal for refusal, _ in found}
    if has_readings:
        kinds &= _OF_WHOLE_RANGE
    refusal = next((one for one in LegacyRefusal if one in kinds), None if has_readings else LegacyRefusal.NOTHING)
    if refusal is None:
        return
    expected = [at for one, at in found if at and one is refusal]
    raise RefusedError(refusal, max(expected, default=now + _TRY_AGAIN))


def _find_refusal(gap: Missing, refused_for_now: Collection[Reason]) -> LegacyRefusal:
    # without an `expected_at`, a consent has ended
    if gap.expected_at and gap.reason in refused_for_now:
        return LegacyRefusal.DOWN
    return _OF_REASONS[gap.reason]


def translate_problem(problem: ProblemError, now: datetime) -> RefusedError | None:
    """Return a problem of the gateway as Enedis' v5 API would have said it; None if it had nothing of the kind."""
    refusal = next((one for one in _OF_WHOLE_RANGE if _STATUSES[one] == problem.status), None)
    if refusal is None:
        return None
    return RefusedError(refusal, now + timedelta(seconds=int(problem.headers.get("Retry-After", "600"))))
