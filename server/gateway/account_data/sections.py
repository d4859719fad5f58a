"""The data of an account by section. Large sections are read page by page, so that they are never all in memory."""

from collections.abc import AsyncIterator, Mapping

from gateway.accounts import reading_tokens, repository
from gateway.accounts.models import Account
from gateway.accounts.parts import AccountParts
from gateway.audit import repository as audit
from gateway.audit.service import record_event
from gateway.consents import repository as consents
from gateway.kit.paris import format_instant
from gateway.kit.wire import Json
from gateway.metering import account_readings
from gateway.metering.schedule import Kind
from gateway.usage_points import repository as usage_points
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.service import Secrets, open_secrets

type ExportRow = Mapping[str, Json]
"""A row of the export by column: a JSON object, or a line of a CSV file."""

type Section = tuple[str, AsyncIterator[ExportRow]]


async def open_export(parts: AccountParts, account: Account) -> list[Section]:
    """Return the sections of an export, and record the export in the audit log."""
    async with parts.database.write() as session:
        record_event(session, parts.clock.now(), "exported", account.id)
    return list_sections(parts, account)


def list_sections(parts: AccountParts, account: Account) -> list[Section]:
    """Return the sections, each with its name and its rows. Secrets, which are stored as hashes, are left out."""
    return [
        ("account", _yield_account(account)),
        ("api_clients", _yield_api_clients(parts, account)),
        ("reading_tokens", _yield_reading_tokens(parts, account)),
        ("usage_points", _yield_usage_points(parts, account)),
        ("consents", _yield_consents(parts, account)),
        ("events", _yield_events(parts, account)),
        *((str(kind), _yield_readings(parts, account, kind)) for kind in Kind),
    ]


async def _yield_account(account: Account) -> AsyncIterator[ExportRow]:
    yield {
        "id": account.id,
        "email": account.address,
        "language": account.language,
        "created_at": format_instant(account.created_at),
        "verified_at": format_instant(account.verified_at) if account.verified_at else None,
    }


async def _yield_api_clients(parts: AccountParts, account: Account) -> AsyncIterator[ExportRow]:
    async with parts.database.read() as session:
        found = await repository.list_api_clients(session, account.id)
    for client in found:
        yield {
            "client_id": client.client_id,
            "name": client.name,
            "created_at": format_instant(client.created_at),
            "last_used_at": format_instant(client.last_used_at) if client.last_used_at else None,
        }


async def _yield_reading_tokens(parts: AccountParts, account: Account) -> AsyncIterator[ExportRow]:
    for token in await reading_tokens.list_tokens(parts, account.id):
        yield {
            "id": token.id,
            "name": token.name,
            "kind": str(token.kind),
            "created_at": format_instant(token.created_at),
            "last_used_on": token.last_used_on.isoformat() if token.last_used_on else None,
        }


async def _open_usage_points(parts: AccountParts, account: Account) -> list[tuple[UsagePoint, Secrets]]:
    async with parts.database.read() as session:
        points = await usage_points.list_of_account(session, account.id)
        return [(point, await open_secrets(session, point, parts.keyring)) for point in points]


async def _yield_usage_points(parts: AccountParts, account: Account) -> AsyncIterator[ExportRow]:
    for point, opened in await _open_usage_points(parts, account):
        yield {
            "id": point.id,
            "number": opened.prm,
            "name": point.name,
            "created_at": format_instant(point.created_at),
            "status": str(point.status),
            "ended_at": format_instant(point.ended_at) if point.ended_at else None,
            "consent_expires_on": point.consent_expires_on.isoformat() if point.consent_expires_on else None,
            "services": point.services,
            "contract": point.contract.model_dump(mode="json", exclude_none=True),
            "tariffs": point.tariffs,
            "off_peak": point.off_peak,
        }


async def _yield_consents(parts: AccountParts, account: Account) -> AsyncIterator[ExportRow]:
    async with parts.database.read() as session:
        found = [
            (consent, await open_secrets(session, consent, parts.keyring))
            for consent in await consents.list_consents(session, account.id)
        ]
    for consent, opened in found:
        yield {
            "usage_point": consent.point_id,
            "number": opened.prm,
            "status": str(consent.status),
            "reason": consent.reason,
            "created_at": format_instant(consent.created_at),
            "expires_at": format_instant(consent.expires_at),
        }


async def _yield_events(parts: AccountParts, account: Account) -> AsyncIterator[ExportRow]:
    before: int | None = None
    while True:
        async with parts.database.read() as session:
            found = await audit.list_events(session, account_id=account.id, before=before, limit=200)
        for event in found:
            yield {"at": format_instant(event.at), "event": event.event, "detail": event.detail}
        if not found:
            return
        before = found[-1].id


async def _yield_readings(parts: AccountParts, account: Account, kind: Kind) -> AsyncIterator[ExportRow]:
    for point, opened in await _open_usage_points(parts, account):
        for feed in account_readings.list_feeds(point.id, kind):
            after = None
            while True:
                async with parts.database.read() as session:
                    found, after = await account_readings.load_page(session, feed, opened, after)
                for value in found:
                    yield value
                if after is None:
                    break
