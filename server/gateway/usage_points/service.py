"""Adds usage points, finds them, and masks their numbers."""

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
"""How many days are fetched first for a new usage point."""
_PURPOSE = "usage_point"


class Sealed(Protocol):
    """A row with the encrypted number of a usage point: a usage point, or a consent."""

    @property
    def id(self) -> str:
        """The row's id, which is part of the encryption context."""

    @property
    def account_id(self) -> str:
        """The account whose key decrypts the number."""

    @property
    def prm_sealed(self) -> bytes:
        """The number, encrypted."""


class InvalidNumberError(ValueError):
    """A text is not the number of a usage point."""


@dataclass(frozen=True, repr=False)
class Secrets:
    """The number of a usage point, and the data key of its account."""

    prm: str
    data_key: bytes


def check_number(text: str) -> str:
    """Return the 14 digits of a usage point, spaces removed. Raises InvalidNumberError, which does not repeat them."""
    digits = "".join(text.split())
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()):
        raise InvalidNumberError("the number of a usage point (PRM) has 14 digits; it is on the bill and on the meter")
    return digits


def compute_point_id(instance: Instance, account_id: str, prm: str) -> str:
    """Return the public id of a meter in an account, which is the same if it is added again."""
    return instance.public_id(_PURPOSE, f"{account_id}:{prm}")


def seal_number(keyring: Keyring, account: Account, prm: str, owner: str) -> bytes:
    """Encrypt a number with the account's key, for the row with the id `owner`."""
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
    """Add a meter to an account, or reopen its existing usage point, which keeps its data.

    Only the newest account may read a meter: the usage points of other accounts are set to MOVED.
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
    """Record that the account may no longer read a usage point; its readings stay."""
    point.status, point.ended_at = status, now


def hash_number(instance: Instance, prm: str) -> bytes:
    """Return the keyed hash of a number, for lookups."""
    return instance.hash_text("prm", prm)


async def get_usage_point(
    session: AsyncSession, account_id: str, point_id: str, *, to_change: bool = False
) -> UsagePoint:
    """Return one of an account's usage points, locked if `to_change`. Raises ProblemError (`not_found`)."""
    point = await repository.find_point(session, account_id, point_id, to_change=to_change)
    if point is None:
        raise not_found()
    return point


async def open_point(
    session: AsyncSession, account_id: str, point_id: str, keyring: Keyring
) -> tuple[UsagePoint, Secrets]:
    """Return one of an account's usage points and its secrets, by one query. Raises ProblemError (`not_found`)."""
    found = await repository.find_with_key(session, account_id, point_id)
    if found is None:
        raise not_found()
    point, wrapped = found
    return point, _unseal_secrets(point, keyring.unwrap(wrapped, build_data_key_context(account_id)))


async def open_secrets(session: AsyncSession, row: Sealed, keyring: Keyring) -> Secrets:
    """Return the decrypted number of a row, and its account's data key. Raises UndecipherableError."""
    account = await accounts.get_account(session, row.account_id)
    return _unseal_secrets(row, keyring.unwrap(account.data_key, build_data_key_context(account.id)))


def _unseal_secrets(row: Sealed, data_key: bytes) -> Secrets:
    return Secrets(unseal(data_key, row.prm_sealed, _build_seal_context(row.id)).decode(), data_key)


def is_curve_collected(point: UsagePoint) -> bool | None:
    """Tell whether Enedis collects the load curve of a usage point; None while its services are not known."""
    return "CDC" in point.services if point.services else None


async def get_account(session: AsyncSession, row: Sealed) -> Account:
    """Return the account of a row."""
    return await accounts.get_account(session, row.account_id)


def mask_number(prm: str) -> str:
    """Return a number with all digits but the last four masked."""
    return "•" * 10 + prm[-4:]


def _build_seal_context(owner: str) -> str:
    return f"prm:{owner}"
