"""Usage points: added, found, shown without their number."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import data_key_context
from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.tariffs import Tariff
from gateway.consents import repository
from gateway.consents.models import UsagePoint
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.crypto import Keyring, seal, unseal
from gateway.problems import not_found

RECENT = timedelta(days=60)
"""What is fetched at once of a new usage point."""
_PURPOSE = "usage_point"


class InvalidNumberError(ValueError):
    """Not the number of a usage point."""


@dataclass(frozen=True, repr=False)
class Secrets:
    """What opens a usage point's data: its number, and the key of its account."""

    prm: str
    data_key: bytes


def check_number(text: str) -> str:
    """Return the 14 digits of a usage point, spaces removed. Raises InvalidNumberError, which does not repeat them."""
    digits = "".join(text.split())
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        raise InvalidNumberError("the number of a usage point (PRM) has 14 digits; it stands on the bill and the meter")
    return digits


async def add(
    session: AsyncSession,
    account: Account,
    prm: str,
    *,
    name: str,
    tariffs: list[Tariff],
    off_peak: list[OffPeakPeriod],
    keyring: Keyring,
    instance: Instance,
    now: datetime,
) -> UsagePoint:
    """Add a meter to an account, or change the name and tariff of the one it has. Its id is the same either way."""
    point_id = instance.public_id(_PURPOSE, f"{account.id}:{prm}")
    point = await repository.find(session, account.id, point_id)
    if point is None:
        data_key = keyring.unwrap(account.data_key, data_key_context(account.id))
        point = UsagePoint(
            id=point_id,
            account_id=account.id,
            prm_sealed=seal(data_key, prm.encode(), _context(point_id)),
            prm_hash=instance.digest("prm", prm),
            created_at=now,
            consent_expires_at=None,
            epoch=secrets.token_hex(8),
            revision=0,
            next_work_at=now,
            wanted_from=paris.day_of(now) - RECENT,
        )
        session.add(point)
    point.name = name
    point.tariffs = [tariff.model_dump(mode="json") for tariff in tariffs]
    point.off_peak = [period.model_dump(mode="json") for period in off_peak]
    point.next_work_at = now
    return point


async def get(session: AsyncSession, account_id: str, point_id: str) -> UsagePoint:
    """Return one of an account's usage points. Raises the problem `not_found`."""
    point = await repository.find(session, account_id, point_id)
    if point is None:
        raise not_found()
    return point


async def open_secrets(session: AsyncSession, point: UsagePoint, keyring: Keyring) -> Secrets:
    """Decrypt what belongs to a usage point."""
    account = await accounts.account(session, point.account_id)
    data_key = keyring.unwrap(account.data_key, data_key_context(account.id))
    return Secrets(unseal(data_key, point.prm_sealed, _context(point.id)).decode(), data_key)


def masked(prm: str) -> str:
    """Show a number as people may see it."""
    return "•" * 10 + prm[-4:]


def _context(point_id: str) -> str:
    return f"usage_points.prm:{point_id}"
