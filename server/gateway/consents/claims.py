"""Decides whether an account's claim to a meter is valid.

Anybody can guess the number that comes back from Enedis through the browser. So a claim is valid only if
- Enedis lists the requested meter among the open services of that number;
- Enedis opened that service on or after the day on which the claim's state was created, unless the account already
  reads the meter by it;
- Enedis opened it later than any service by which another account reads or has read the meter, even if that was
  deleted, because a service can be claimed only once. If two accounts claim the same service, both are refused.

Example: Alice goes to Enedis at 10:00, where the service opens on that day. Mallory knows the meter and guesses Alice's
number. Before Alice returns, Mallory's claim waits, because Alice has an unused state. If both claim the service, both
are refused. A claim of Mallory's on a later day fails, because Alice's service was opened before it. If Alice deletes
the meter in May, its service stays recorded as claimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents import repository
from gateway.consents.models import Consent
from gateway.enedis.customer import SubscribedService

RIVAL_PAUSE = timedelta(minutes=10)
"""How long a claim waits while another account is at Enedis for the same meter, from where users return soon."""


class ClaimOutcome(StrEnum):
    """The outcome of a consent so far. Each outcome has its own text on the result page."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED_AT_ENEDIS = "refused_at_enedis"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    OTHER_BROWSER = "other_browser"
    WRONG_METER = "wrong_meter"
    HELD_BY_ANOTHER = "held_by_another"
    SHARED_BEFORE = "shared_before"
    CONTESTED = "contested"
    NOT_OPENED = "not_opened"
    UPSTREAM_DOWN = "upstream_down"
    TOO_OFTEN = "too_often"


RETRYABLE = frozenset({ClaimOutcome.REFUSED_AT_ENEDIS, ClaimOutcome.WRONG_METER, ClaimOutcome.SHARED_BEFORE})
"""Outcomes after which the same request can be granted at once. After the others the user has to request again, most
often on another day. Not after another browser: a stranger may have sent the user."""


@dataclass(frozen=True)
class ClaimFacts:
    """What the database has about a claim: the day of its state, and the opening days of services claimed by others."""

    asked_on: date
    other_browser_on: date | None
    claimed_on: Sequence[date]
    is_reader: bool
    """Whether the claiming account already reads the meter by the same authorisation."""


def find_opening_day(services: Sequence[SubscribedService], prm: str) -> date | None:
    """Return the day on which Enedis opened the newest open service of a meter; None if there is none."""
    return max((one.starts_on or date.min for one in services if one.point == prm and one.is_open), default=None)


def evaluate_claim(services: Sequence[SubscribedService], prm: str, facts: ClaimFacts) -> ClaimOutcome:
    """Return the outcome of a claim to the meter `prm`, from the services that Enedis lists and the facts known here.

    A customer has one number for all meters, so older services of other meters do not mean that this one will not open.
    After a callback in another browser only a service of a later day is accepted, because the user may have been
    tricked into opening the earlier one.
    """
    opened = find_opening_day(services, prm)
    if opened is None:
        is_another = any(one.is_open and one.starts_on and one.starts_on >= facts.asked_on for one in services)
        return ClaimOutcome.WRONG_METER if is_another else ClaimOutcome.NOT_OPENED
    if facts.other_browser_on is not None and opened <= facts.other_browser_on:
        return ClaimOutcome.OTHER_BROWSER
    if facts.is_reader:
        return ClaimOutcome.GRANTED
    if facts.claimed_on and opened <= max(facts.claimed_on):
        return ClaimOutcome.HELD_BY_ANOTHER
    return ClaimOutcome.GRANTED if opened >= facts.asked_on else ClaimOutcome.SHARED_BEFORE


def find_claimants(consent: Consent, rivals: Sequence[Consent]) -> list[Consent]:
    """Return the consents of other accounts that claim the same authorisation: its owner is then uncertain."""
    return [rival for rival in rivals if rival.authorisation == consent.authorisation]


async def wait_for_rivals(session: AsyncSession, consent: Consent, rivals: Sequence[Consent], now: datetime) -> bool:
    """Postpone a claim while another account has an unused state for the same meter, for RIVAL_PAUSE at most.

    Returns whether the claim was postponed.
    """
    wait_until = (consent.returned_at or now) + RIVAL_PAUSE
    if now < wait_until and await repository.has_unused_state(session, [rival.id for rival in rivals]):
        consent.check_at = wait_until
        return True
    return False
