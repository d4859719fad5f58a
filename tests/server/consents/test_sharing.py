"""Sharing a meter, as its holder lives it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from gateway.accounts import sessions
from gateway.accounts.models import BrowserSession
from gateway.accounts.service import find_or_create_account
from gateway.counters.models import Counter
from gateway.kit.failures import Failures
from gateway.settings import Settings
from gateway.usage_points.models import UsagePoint
from tests.server.conftest import NOW, Gateway, SetClock, Simulator, run_gateway, wait_until
from tests.server.consents.conftest import Person

TO_SHARE, TEMPO_TO_SHARE, APPEARS_LATE = "30001000000015", "30001000000016", "30001000000017"
SHARED, WITHDRAWN_LATER = "30001000000001", "30001000000002"


async def test_a_meter_is_shared_and_its_readings_come(alice: Person) -> None:
    asked, page = await alice.give_consent(TO_SHARE)
    assert page.status_code == 200
    assert "C’est fait" in page.text
    assert await alice.get_consent_status(asked) == ("granted", None)
    seen = await alice.gateway.get(f"/v1/consents/{asked['id']}", alice.who)
    (point,) = seen["usage_points"]

    async def find_complete_point() -> dict[str, Any] | None:
        view = await alice.gateway.get(f"/v1/usage-points/{point}", alice.who)
        return view if view["contract"]["power_kva"] and view["freshness"]["complete_until"] else None

    view = await wait_until(find_complete_point)
    assert view["consent"] == {"status": "granted", "expires_at": "2029-11-02T23:00:00Z", "ended_at": None}
    assert view["curve_collected"] is True
    assert "CDC" in view["services"]
    assert view["notices"] == []


async def test_the_last_calls_of_an_hour_are_for_consents(alice: Person) -> None:
    database = alice.gateway.runtime.database
    async with database.write() as session:
        session.add(Counter(name="enedis:services", window="2026-11-03T09", used=950))
    asked, _ = await alice.give_consent(TO_SHARE)
    assert await alice.get_consent_status(asked) == ("granted", None)

    async def find_postponed_point() -> UsagePoint | None:
        async with database.read() as session:
            return await session.scalar(select(UsagePoint).where(UsagePoint.details_at >= NOW + timedelta(minutes=30)))

    point = await wait_until(find_postponed_point)
    assert point.details_at == datetime(2026, 11, 3, 10, tzinfo=UTC), "its contract waits for the next hour"
    async with database.read() as session:
        used = await session.scalar(select(Counter.used).where(Counter.name == "enedis:services"))
    assert used == 951, "the consent alone asked"


async def test_the_page_names_the_account_and_the_meter_in_the_readers_language(alice: Person) -> None:
    asked = await alice.request_consent(TO_SHARE)
    path = f"/consents/{asked['id']}/start"
    for language, words in (("fr-FR,fr;q=0.9", "Partager vos données"), ("en-GB,en", "Share your electricity data")):
        page = await alice.browser.get(path, headers={"Accept-Language": language})
        assert words in page.text
        assert "alice@example.org" in page.text
        assert "••••••••••0015" in page.text
        assert TO_SHARE not in page.text
        assert "<script" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_refusal_is_said_and_can_be_tried_again(alice: Person) -> None:
    asked, page = await alice.give_consent(TO_SHARE, accept=False)
    assert "Rien n’a été partagé" in page.text
    assert f"/consents/{asked['id']}/start" in page.text
    assert await alice.get_consent_status(asked) == ("refused", "refused_at_enedis")
    assert await alice.may_retry(asked) == (True, True)
    address = await alice.start_authorization(asked)
    await alice.handle_callback(alice.at_enedis(address, TO_SHARE))
    assert await alice.get_consent_status(asked) == ("granted", None)
    assert await alice.may_retry(asked) == (False, False)


async def test_a_refused_consent_can_be_tried_again_for_a_day(alice: Person, clock: SetClock) -> None:
    asked, _ = await alice.give_consent(TO_SHARE, accept=False)
    for later, may_retry in ((timedelta(hours=23, minutes=59), True), (timedelta(hours=24), False)):
        clock.set(NOW + later)
        alice.who = await alice.gateway.sign_in("alice@example.org")
        assert await alice.get_consent_status(asked) == ("refused", "refused_at_enedis")
        assert await alice.may_retry(asked) == (may_retry, may_retry)


async def test_a_check_that_fails_unexpectedly_is_repeated_ever_more_rarely(
    alice: Person, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = await alice.give_consent(APPEARS_LATE)
    checks: list[datetime] = []

    async def fail(*_: object) -> None:
        checks.append(clock.now())
        raise RuntimeError

    runtime = alice.gateway.runtime
    monkeypatch.setattr(runtime.enedis, "fetch_services_of_authorization", fail)
    while clock.now() < NOW + timedelta(hours=6):
        clock.set(await runtime.consents.check_due_consents(Failures(lambda _: None)))
    assert 5 <= len(checks) <= 15
    assert max(checks) > NOW + timedelta(hours=1)
    assert await alice.get_consent_status(asked) == ("pending", None)


async def test_a_late_service_is_waited_for(alice: Person, clock: SetClock) -> None:
    asked, page = await alice.give_consent(APPEARS_LATE)
    assert page.status_code == 303
    waiting = await alice.handle_callback(page.headers["location"])
    assert "Enedis ouvre l’accès" in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    assert await alice.get_consent_status(asked) == ("pending", None)

    async def is_granted() -> bool:
        clock.set(clock.now() + timedelta(seconds=2))
        return (await alice.get_consent_status(asked))[0] == "granted"

    await wait_until(is_granted)
    assert clock.now() < NOW + timedelta(minutes=1, seconds=10)


async def test_a_service_that_never_appears_ends_in_words(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(TO_SHARE)
    address = await alice.start_authorization(asked)
    location = alice.at_enedis(address, TO_SHARE)
    alice.simulator.order("POST", "consents", prm=TO_SHARE, shared=False)
    await alice.handle_callback(location)
    assert await alice.check_until_decided(asked, clock) == ("refused", "not_opened")
    assert timedelta(hours=23) < clock.now() - NOW < timedelta(hours=26)
    assert len(alice.simulator.calls("subscribed_services")) <= 20
    page = await alice.browser.get(f"/consents/{asked['id']}/result")
    assert "Enedis n’a pas ouvert l’accès" in page.text
    assert await alice.may_retry(asked) == (False, False), "the request is over"


async def test_a_service_that_shows_after_hours_is_waited_for(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(TO_SHARE)
    location = alice.at_enedis(await alice.start_authorization(asked), TO_SHARE)
    alice.simulator.order("POST", "consents", prm=TO_SHARE, shared=False)
    await alice.handle_callback(location)
    while clock.now() < NOW + timedelta(hours=5):
        clock.set(clock.now() + timedelta(minutes=20))
        await alice.gateway.runtime.consents.check_consent(asked["id"])
        assert await alice.get_consent_status(asked) == ("pending", None)
    page = await alice.browser.get(f"/consents/{asked['id']}/result")
    assert "plusieurs heures" in page.text
    assert 'http-equiv="refresh" content="60"' in page.text
    alice.simulator.order("POST", "consents", prm=TO_SHARE, shared=True)
    assert await alice.check_until_decided(asked, clock) == ("granted", None)
    assert clock.now() - NOW < timedelta(hours=10)


async def test_sharing_another_meter_than_the_one_named_gives_nothing(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(TO_SHARE)
    address = await alice.start_authorization(asked)
    await alice.handle_callback(alice.at_enedis(address, TEMPO_TO_SHARE))

    async def has_ended() -> bool:
        clock.set(clock.now() + timedelta(seconds=5))
        return (await alice.get_consent_status(asked))[0] != "pending"

    await wait_until(has_ended)
    assert await alice.get_consent_status(asked) == ("refused", "wrong_meter")
    assert await alice.may_retry(asked) == (True, True)
    assert (await alice.gateway.get("/v1/usage-points", alice.who))["items"] == []


async def test_a_link_ends_after_a_day(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(TO_SHARE)
    address = await alice.start_authorization(asked)
    location = alice.at_enedis(address, TO_SHARE)
    clock.set(NOW + timedelta(hours=24))
    page = await alice.handle_callback(location)
    assert page.status_code == 410
    assert "n’est plus valable" in page.text
    alice.who = await alice.gateway.sign_in("alice@example.org")
    assert await alice.get_consent_status(asked) == ("expired", "expired")
    assert (await alice.browser.get(f"/consents/{asked['id']}/start")).status_code == 410


async def test_reloading_the_last_page_shows_it_again(alice: Person) -> None:
    asked = await alice.request_consent(TO_SHARE)
    location = alice.at_enedis(await alice.start_authorization(asked), TO_SHARE)
    first, second = await alice.handle_callback(location), await alice.handle_callback(location)
    assert first.status_code == second.status_code == 200
    assert "C’est fait" in second.text


async def open_browser_session(gateway: Gateway, email: str) -> str:
    """Log in to an account; return the token in the session's cookie."""
    runtime = gateway.runtime
    async with runtime.database.write() as session:
        account = await find_or_create_account(session, runtime.keyring, email, runtime.clock.now())
        return sessions.open_session(session, runtime.settings, account, runtime.clock.now(), None)


async def test_only_a_browser_logged_in_to_the_account_goes_to_the_front_end(
    settings: Settings, clock: SetClock, simulator: Simulator
) -> None:
    """Others are told here, such as somebody who adds a meter in Home Assistant, or whose session has ended."""
    front = "https://front.example.org"
    async with run_gateway(settings.model_copy(update={"frontend_url": front}), clock) as gateway:
        person = Person(gateway, simulator, await gateway.sign_in("alice@example.org"), "alice@example.org")
        own, other = [await open_browser_session(gateway, f"{name}@example.org") for name in ("alice", "mallory")]
        asked = await person.request_consent(TO_SHARE)
        location = person.at_enedis(await person.start_authorization(asked), TO_SHARE)
        page = await person.handle_callback(location)
        assert page.status_code == 200
        assert "retourner à Home Assistant" in page.text

        async def load_result(token: str) -> tuple[int, str | None]:
            person.browser.cookies.set(sessions.get_cookie_name(gateway.runtime.settings), token)
            shown = await person.handle_callback(location)
            return shown.status_code, shown.headers.get("location")

        assert await load_result("a session's") == (200, None)
        assert await load_result(other) == (200, None)
        assert await load_result(own) == (303, f"{front}/consent?id={asked['id']}")
        async with gateway.runtime.database.write() as session:
            await session.execute(delete(BrowserSession))
        assert await load_result(own) == (200, None)


async def test_a_withdrawn_consent_is_noticed_and_what_was_read_stays(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(SHARED)
    path = f"/v1/usage-points/{point}"

    async def is_filled() -> bool:
        return (
            "2026-11-04T08:30" <= (await gateway.get(path, who))["freshness"]["next_expected_at"] < "2026-11-04T09:31"
        )

    await wait_until(is_filled)
    simulator.order("POST", "consents", prm=SHARED, shared=False)
    later = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
    simulator.set_clock(later)
    clock.set(later)
    who = await gateway.sign_in()

    async def has_ended() -> dict[str, Any] | None:
        view = await gateway.get(path, who)
        return view if view["consent"]["status"] == "ended" else None

    view = await wait_until(has_ended)
    assert [notice["code"] for notice in view["notices"]] == ["consent_ended"]
    curve = await gateway.get(f"{path}/load-curve", who, start="2026-10-25", end="2026-11-05")
    assert len(curve["readings"]) >= 8 * 48
    assert curve["missing"][-1]["reason"] == "no_consent"


async def test_not_the_holder_is_never_taken_for_a_withdrawn_consent(
    gateway: Gateway, simulator: Simulator, clock: SetClock
) -> None:
    who = await gateway.sign_in()
    point = await gateway.add_meter(SHARED)
    simulator.order("POST", "faults", name="ADAM-DC-0007", prm=SHARED)
    answer = await gateway.http.get(
        f"/v1/usage-points/{point}/load-curve", headers=who, params={"start": "2026-10-01", "end": "2026-10-08"}
    )
    assert answer.status_code in {200, 503}
    view = await gateway.get(f"/v1/usage-points/{point}", who)
    assert view["consent"]["status"] == "granted"


@pytest.mark.parametrize("prm", ["123", "3000100000000a", "300010000000150", "", "３０００１０００００００１５"])
async def test_a_wrong_number_is_refused_without_repeating_it(alice: Person, prm: str) -> None:
    answer = await alice.gateway.http.post("/v1/consents", headers=alice.who, json={"prm": prm})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_number")
    assert len(prm) < 4 or prm not in answer.text


async def test_an_outage_of_enedis_is_nobodys_failure(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(TO_SHARE)
    location = alice.at_enedis(await alice.start_authorization(asked), TO_SHARE)
    alice.simulator.order("POST", "faults", api="subscribed_services", status=503, body="")
    await alice.handle_callback(location)
    for _ in range(10):
        clock.set(clock.now() + timedelta(minutes=1))
        await alice.gateway.runtime.consents.check_consent(asked["id"])
    alice.who = await alice.gateway.sign_in("alice@example.org")
    assert await alice.get_consent_status(asked) == ("pending", None)
    alice.simulator.order("DELETE", "faults")
    clock.speed = 60  # the half minute between two probes

    async def is_granted() -> bool:
        clock.set(clock.now() + timedelta(minutes=1))
        alice.who = await alice.gateway.sign_in("alice@example.org")
        return (await alice.get_consent_status(asked))[0] == "granted"

    await wait_until(is_granted)


async def test_consents_that_led_nowhere_are_forgotten_after_a_month(alice: Person, clock: SetClock) -> None:
    given, _ = await alice.give_consent(TO_SHARE)
    refused, _ = await alice.give_consent(TEMPO_TO_SHARE, accept=False)
    clock.set(NOW + timedelta(days=31))
    alice.who = await alice.gateway.sign_in("alice@example.org")

    async def is_forgotten() -> bool:
        answer = await alice.gateway.http.get(f"/v1/consents/{refused['id']}", headers=alice.who)
        return answer.status_code == 404

    await wait_until(is_forgotten)
    assert await alice.get_consent_status(given) == ("granted", None)
