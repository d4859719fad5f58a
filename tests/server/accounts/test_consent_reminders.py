"""The mails before a consent ends."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from gateway.consents.models import ConsentReminder
from gateway.consents.reminders import send_reminders
from gateway.kit import paris
from gateway.settings import Settings
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.accounts.conftest import EMAIL, StandIn, sign_up, wait_for_mails
from tests.server.conftest import Gateway, SetClock, run_gateway

PRM = "99999999999991"
ENDS = date(2027, 6, 15)


async def run_daily(gateway: Gateway, first: date, last: date) -> list[date]:
    """Run the job each day; return the days on which it queued a mail."""
    queued = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        before = await count_reminders(gateway)
        await send_reminders(gateway.runtime.database, SetClock(paris.at(day, time(9))))
        if await count_reminders(gateway) > before:
            queued.append(day)
    return queued


async def count_reminders(gateway: Gateway) -> int:
    async with gateway.runtime.database.read() as session:
        return (await session.scalars(select(func.count()).select_from(ConsentReminder))).one()


async def add_meter(gateway: Gateway, ends: date) -> str:
    point_id = await gateway.add_meter(PRM, EMAIL)
    await set_end(gateway, point_id, ends)
    return point_id


async def set_end(gateway: Gateway, point_id: str, ends: date) -> None:
    async with gateway.runtime.database.write() as session:
        point = await session.get_one(UsagePoint, point_id)
        point.consent_expires_on = ends
        point.details_at = paris.midnight(date(2030, 1, 1))


async def test_one_mail_sixty_days_before_and_one_fifteen_days_before(
    gateway_with_mail: Gateway, mailgun: StandIn, clock: SetClock
) -> None:
    point_id = await add_meter(gateway_with_mail, ENDS)
    days = await run_daily(gateway_with_mail, date(2027, 4, 10), ENDS + timedelta(days=3))
    assert days == [date(2027, 4, 16), date(2027, 5, 31)]
    clock.set(paris.midnight(ENDS))
    first, second = await wait_for_mails(mailgun, 2)
    assert first == second
    assert first["to"] == EMAIL
    assert first["subject"] == "Votre consentement prend fin le 15/06/2027"
    assert "«\u00a0Home\u00a0» chez Enedis jusqu’au 15/06/2027" in first["text"]
    assert first["text"].endswith("\n\nMyElectricalData")

    await set_end(gateway_with_mail, point_id, date(2028, 6, 15))
    renewed = await run_daily(gateway_with_mail, date(2027, 6, 1), date(2027, 6, 2))
    assert renewed == [], "it was renewed"
    assert await run_daily(gateway_with_mail, date(2028, 4, 15), date(2028, 4, 18)) == [date(2028, 4, 16)]


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        (
            "en",
            "Your consent ends on 15 June 2027",
            'Chez nous may read the meter "Home" at Enedis until 15 June 2027.',
        ),
        (
            "fr",
            "Votre consentement prend fin le 15/06/2027",
            "Chez nous peut relever le compteur «\u00a0Home\u00a0» chez Enedis jusqu’au 15/06/2027.",
        ),
    ],
)
async def test_the_mails_are_in_the_language_of_the_account_and_name_the_site_and_its_operator(
    with_mail: Settings, mailgun: StandIn, clock: SetClock, language: str, subject: str, line: str
) -> None:
    operator = "Association of the valley, contact@example.org"
    ours = {"site_name": "Chez nous", "site_operator": operator, "require_email_verification": False}
    async with run_gateway(with_mail.model_copy(update=ours), clock) as gateway:
        assert (await sign_up(gateway, language=language)).status_code == 201
        await add_meter(gateway, ENDS)
        days = await run_daily(gateway, ENDS - timedelta(days=70), ENDS + timedelta(days=1))
        assert days == [ENDS - timedelta(days=60), ENDS - timedelta(days=15)]
        clock.set(paris.midnight(ENDS))
        _signed_up, *reminders = await wait_for_mails(mailgun, 3)
        for mail in reminders:
            assert (mail["to"], mail["subject"]) == (EMAIL, subject)
            assert line in mail["text"]
            assert mail["text"].endswith(f"\n\nChez nous\n{operator}")
            assert f"Chez nous<br>{operator}" in mail["html"]


async def test_a_consent_for_a_few_days_has_one_mail(
    gateway_with_mail: Gateway, mailgun: StandIn, clock: SetClock
) -> None:
    await add_meter(gateway_with_mail, ENDS)
    assert await run_daily(gateway_with_mail, date(2027, 6, 5), date(2027, 6, 16)) == [date(2027, 6, 5)]
    clock.set(paris.midnight(ENDS))
    await wait_for_mails(mailgun, 1)


async def test_no_mail_comes_at_night(gateway_with_mail: Gateway) -> None:
    await add_meter(gateway_with_mail, ENDS)
    morning = paris.at(ENDS - timedelta(days=60), time(9))
    assert await send_reminders(gateway_with_mail.runtime.database, SetClock(morning - timedelta(minutes=1))) == morning
    assert await count_reminders(gateway_with_mail) == 0
    assert await send_reminders(gateway_with_mail.runtime.database, SetClock(morning)) == morning + timedelta(days=1)
    assert await count_reminders(gateway_with_mail) == 1


async def test_what_is_no_longer_shared_has_none(gateway_with_mail: Gateway) -> None:
    point_id = await add_meter(gateway_with_mail, ENDS)
    async with gateway_with_mail.runtime.database.write() as session:
        (await session.get_one(UsagePoint, point_id)).status = PointStatus.ENDED
    assert await run_daily(gateway_with_mail, date(2027, 4, 10), ENDS) == []
