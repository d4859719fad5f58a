"""Usage points: added, found, shown without their number."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.accounts.models import Account
from gateway.accounts.service import build_data_key_context
from gateway.audit.service import record_event
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.crypto import Keyring, seal, unseal
from gateway.problems import not_found
from gateway.usage_points import repository
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus, UsagePoint

RECENT = timedelta(days=60)
"""What is fetched at once of a new usage point."""
_PURPOSE = "usage_point"


class Sealed(Protocol):
    """A row with the sealed number of a usage point: the usage point's own, or that of a consent that may open it."""

    @property
    def id(self) -> str:
        """The row's id, to which the number is sealed."""

    @property
    def account_id(self) -> str:
        """Whose key opens it."""

    @property
    def prm_sealed(self) -> bytes:
        """The number, encrypted."""


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


def compute_point_id(instance: Instance, account_id: str, prm: str) -> str:
    """Derive the public id of a meter of an account: the same whenever it is added again."""
    return instance.public_id(_PURPOSE, f"{account_id}:{prm}")


def seal_number(keyring: Keyring, account: Account, prm: str, owner: str) -> bytes:
    """Encrypt a number with the account's key, for the row named `owner`."""
    return seal(
        keyring.unwrap(account.data_key, build_data_key_context(account.id)), prm.encode(), _build_seal_context(owner)
    )


async def add_usage_point(
    session: AsyncSession,
    account: Account,
    prm: str,
    *,
    name: str | None,
    keyring: Keyring,
    instance: Instance,
    now: datetime,
) -> UsagePoint:
    """Add a meter to an account, or open again the one it has; what was known of it stays.

    The newest holder has the meter: other accounts that read it until now are told that it moved.
    """
    identifier = compute_point_id(instance, account.id, prm)
    for other in await repository.find_points_of_other_accounts(session, hash_number(instance, prm), account.id):
        if other.status is PointStatus.GRANTED:
            end_access(other, PointStatus.MOVED, now)
            record_event(session, now, "meter_moved", other.account_id, usage_point=other.id)
    await session.flush()  # before the new holder is written: there is never more than one
    point = await repository.find_point(session, account.id, identifier, to_change=True)
    if point is None:
        point = UsagePoint(
            id=identifier,
            account_id=account.id,
            prm_sealed=seal_number(keyring, account, prm, identifier),
            prm_hash=hash_number(instance, prm),
            name=name or mask_number(prm),
            created_at=now,
            authorisation=None,
            opened_on=None,
            doubted=False,
            services=[],
            contract=Contract(),
            tariffs=[],
            off_peak=[],
            wanted_from=paris.day_of(now) - RECENT,
            wants={},
            epoch=secrets.token_hex(8),
            revision=0,
        )
        session.add(point)
    elif name:
        point.name = name
    point.status, point.ended_at, point.consent_expires_on = PointStatus.GRANTED, None, None
    point.next_work_at = point.details_at = point.history_at = now
    return point


def end_access(point: UsagePoint, status: PointStatus, now: datetime) -> None:
    """Note that Enedis no longer lets this account read; what was read stays."""
    point.status, point.ended_at = status, now


def hash_number(instance: Instance, prm: str) -> bytes:
    """Hash a number to look it up by."""
    return instance.hash_text("prm", prm)


async def get_usage_point(
    session: AsyncSession, account_id: str, point_id: str, *, to_change: bool = False
) -> UsagePoint:
    """Return one of an account's usage points, locked `to_change` it. Raises the problem `not_found`."""
    point = await repository.find_point(session, account_id, point_id, to_change=to_change)
    if point is None:
        raise not_found()
    return point


async def open_point(
    session: AsyncSession, account_id: str, point_id: str, keyring: Keyring
) -> tuple[UsagePoint, Secrets]:
    """Return one of an account's usage points and what opens its data, in one query. Raises the problem `not_found`."""
    found = await repository.find_with_key(session, account_id, point_id)
    if found is None:
        raise not_found()
    point, wrapped = found
    return point, _unseal_secrets(point, keyring.unwrap(wrapped, build_data_key_context(account_id)))


async def open_secrets(session: AsyncSession, row: Sealed, keyring: Keyring) -> Secrets:
    """Decrypt the number in a row, and its account's data key."""
    account = await accounts.get_account(session, row.account_id)
    return _unseal_secrets(row, keyring.unwrap(account.data_key, build_data_key_context(account.id)))


def _unseal_secrets(row: Sealed, data_key: bytes) -> Secrets:
    return Secrets(unseal(data_key, row.prm_sealed, _build_seal_context(row.id)).decode(), data_key)


def is_curve_collected(point: UsagePoint) -> bool | None:
    """Tell whether Enedis collects the load curve of a usage point; None while it has not told what is open."""
    return "CDC" in point.services if point.services else None


async def get_account(session: AsyncSession, row: Sealed) -> Account:
    """Return whose it is."""
    return await accounts.get_account(session, row.account_id)


def mask_number(prm: str) -> str:
    """Show a number as people may see it."""
    return "•" * 10 + prm[-4:]


def _build_seal_context(owner: str) -> str:
    return f"prm:{owner}"
