"""What comes back from Enedis through a browser proves nothing by itself: attempts to read another's meter."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select, update

from gateway.account_data.deletion import erase_account
from gateway.audit.models import AuditEvent
from gateway.consents import authorization
from gateway.limits.service import RateLimit
from gateway.settings import Settings
from gateway.usage_points.models import PointStatus, UsagePoint
from tests.server.conftest import NOW, SetClock, Simulator, run_gateway
from tests.server.consents.conftest import Person, state_of

VICTIM, OTHER = "30001000000015", "30001000000016"


async def _find_authorisation(person: Person, prm: str) -> int:
    homes = person.simulator.http.get("/control/homes").json()
    return next(int(home["authorisation_id"]) for home in homes if home["prm"] == prm)


async def _call_back(browser: httpx2.AsyncClient, **query: str) -> httpx2.Response:
    return await browser.get("/oauth/callback", params=query)


async def test_guessing_the_number_of_a_meter_that_another_account_holds(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    await alice.give_consent(VICTIM)
    clock.set(NOW + timedelta(days=1))
    alice.simulator.set_clock(NOW + timedelta(days=1))
    mallory.who = await mallory.gateway.sign_in("mallory@example.org")
    asked = await mallory.request_consent(VICTIM)
    state = state_of(await mallory.start_authorization(asked))
    number = await _find_authorisation(mallory, VICTIM)
    await _call_back(mallory.browser, state=state, autorisation_id=str(number))
    assert await mallory.check_until_decided(asked, clock) == ("refused", "held_by_another")
    assert (await mallory.gateway.get("/v1/usage-points", mallory.who))["items"] == []


async def _claim_meter(person: Person, prm: str) -> dict[str, object]:
    """Ask for a meter and guess its number, without going to Enedis."""
    person.who = await person.gateway.sign_in(person.email)
    asked = await person.request_consent(prm)
    state = state_of(await person.start_authorization(asked))
    await _call_back(person.browser, state=state, autorisation_id=str(await _find_authorisation(person, prm)))
    return asked


@pytest.mark.parametrize("days", [0, 1, 200])
@pytest.mark.parametrize("what", ["meter", "account"])
async def test_a_meter_that_was_deleted_here_is_not_claimed_by_its_old_share(
    alice: Person, mallory: Person, clock: SetClock, what: str, days: int
) -> None:
    asked, _ = await alice.give_consent(VICTIM)
    if what == "meter":
        (point,) = (await alice.gateway.get(f"/v1/consents/{asked['id']}", alice.who))["usage_points"]
        answer = await alice.gateway.http.delete(f"/v1/usage-points/{point}", headers=alice.who)
        assert answer.status_code == 204
    else:
        async with alice.gateway.runtime.database.read() as session:
            account_id = await session.scalar(select(UsagePoint.account_id))
        assert account_id is not None
        runtime = alice.gateway.runtime
        await erase_account(runtime.database, runtime.store, clock, account_id)
    clock.set(NOW + timedelta(days=days))
    stolen = await _claim_meter(mallory, VICTIM)
    assert await mallory.check_until_decided(stolen, clock) == ("refused", "held_by_another")


async def test_a_share_that_is_older_than_the_request_opens_nothing(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    """Such as one that another gateway once asked for."""
    mallory.simulator.order("POST", "consents", prm=VICTIM, shared=True)
    clock.set(NOW + timedelta(days=1))
    asked = await _claim_meter(mallory, VICTIM)
    assert await mallory.check_until_decided(asked, clock) == ("refused", "shared_before")


async def test_whoever_has_a_meter_may_share_it_again(alice: Person, clock: SetClock) -> None:
    await alice.give_consent(VICTIM)
    clock.set(NOW + timedelta(days=40))
    asked = await _claim_meter(alice, VICTIM)
    assert await alice.get_consent_status(asked) == ("granted", None)


async def test_a_guess_while_the_holder_is_at_enedis_opens_nothing(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    hers = await alice.request_consent(VICTIM)
    location = alice.at_enedis(await alice.start_authorization(hers), VICTIM)
    # Enedis has opened the service, and Alice's browser is on its way back
    his = await _claim_meter(mallory, VICTIM)
    for _ in range(5):
        clock.set(clock.now() + timedelta(minutes=1))
        await mallory.gateway.runtime.consents.check_consent(str(his["id"]))
        assert (await mallory.get_consent_status(his))[0] == "pending"
    await alice.handle_callback(location)
    assert await alice.check_until_decided(hers, clock) == ("refused", "contested")
    assert await mallory.get_consent_status(his) == ("refused", "contested")
    again = await _claim_meter(mallory, VICTIM)
    assert await mallory.check_until_decided(again, clock) == ("refused", "held_by_another"), "the share is spent"


async def test_somebody_who_only_asks_for_a_meter_delays_its_holder_by_minutes(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    await mallory.start_authorization(await mallory.request_consent(VICTIM))
    asked, _ = await alice.give_consent(VICTIM)
    assert await alice.get_consent_status(asked) == ("pending", None)
    assert await alice.check_until_decided(asked, clock) == ("granted", None)
    assert clock.now() - NOW < timedelta(minutes=20)


async def test_guesses_cost_few_calls_for_the_whole_gateway(
    alice: Person, mallory: Person, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorization, "CHECKS_OF_ALL", RateLimit("consent_checks_all", 40, timedelta(hours=1)))
    guesses = []
    for person in (alice, mallory):
        for number in range(9):
            asked = await person.request_consent(VICTIM)
            state = state_of(await person.start_authorization(asked))
            await _call_back(person.browser, state=state, autorisation_id=str(7000 + number))
            guesses.append(asked)
    for _ in range(12):
        clock.set(clock.now() + timedelta(minutes=2))  # all within the hour
        for asked in guesses:
            await alice.gateway.runtime.consents.check_consent(asked["id"])
    assert len(alice.simulator.calls("subscribed_services")) <= 40
    # who is honest waits for the next hour, and is not refused
    bob = Person(alice.gateway, alice.simulator, await alice.gateway.sign_in("bob@example.org"), "bob@example.org")
    honest, _ = await bob.give_consent(OTHER)
    assert await bob.get_consent_status(honest) == ("pending", None)
    assert await bob.check_until_decided(honest, clock) == ("granted", None)


async def test_another_meters_number_does_not_open_the_one_named(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(VICTIM)
    state = state_of(await alice.start_authorization(asked))
    number = await _find_authorisation(alice, "30001000000001")
    await _call_back(alice.browser, state=state, autorisation_id=str(number))
    assert await alice.check_until_decided(asked, clock) == ("refused", "not_opened")
    who = await alice.gateway.sign_in("alice@example.org")
    assert (await alice.gateway.get("/v1/usage-points", who))["items"] == []


async def test_a_link_sent_to_the_victim_does_not_end_in_the_attackers_browser(alice: Person, mallory: Person) -> None:
    """Mallory opens the page, and has Alice go on at Enedis: Alice's browser lacks the cookie."""
    asked = await mallory.request_consent(VICTIM)
    location = alice.at_enedis(await mallory.start_authorization(asked), VICTIM)
    page = await alice.handle_callback(location)
    assert "navigateur" in page.text
    assert await mallory.get_consent_status(asked) == ("refused", "other_browser")
    assert await mallory.may_retry(asked) == (False, False)
    again = await mallory.handle_callback(location)
    assert again.status_code == 200
    assert await mallory.get_consent_status(asked) == ("refused", "other_browser"), "the state was burnt"


async def test_behind_https_a_sub_domain_cannot_put_its_own_secret_into_the_victims_browser(
    settings: Settings, clock: SetClock, simulator: Simulator
) -> None:
    """Any sub-domain may set a cookie for the whole site, except one whose name begins with `__Host-`."""
    https = settings.model_copy(update={"backend_url": "https://gateway"})
    async with run_gateway(https, clock) as gateway:
        mallory = Person(gateway, simulator, await gateway.sign_in("mallory@example.org"), "mallory@example.org")
        asked = await mallory.request_consent(VICTIM)
        page = await mallory.browser.get(f"/consents/{asked['id']}/start")
        name, _, secret = page.headers["set-cookie"].partition(";")[0].partition("=")
        assert name == "__Host-med_consent"
        attributes = page.headers["set-cookie"].lower().split("; ")
        assert {"secure", "httponly", "path=/"} <= set(attributes)
        assert not any(one.startswith("domain=") for one in attributes)
        back = urlsplit(mallory.at_enedis(await mallory.start_authorization(asked), VICTIM))
        tossed = {"Cookie": f"med_consent={secret}"}
        await gateway.new_browser().get(f"{back.path}?{back.query}", headers=tossed, follow_redirects=False)
        assert await mallory.get_consent_status(asked) == ("refused", "other_browser")


async def test_a_state_is_used_once_and_never_guessed(alice: Person, mallory: Person) -> None:
    asked = await alice.request_consent(VICTIM)
    location = alice.at_enedis(await alice.start_authorization(asked), VICTIM)
    await alice.handle_callback(location)
    replay = await mallory.handle_callback(location)
    assert replay.status_code == 404
    for state in ("", "x", "a" * 200):
        answer = await _call_back(mallory.browser, state=state, autorisation_id="11")
        assert answer.status_code == 404
        assert "n’est pas valable" in answer.text


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "abc", "9" * 30, "9223372036854775808", "１１", "1e3", " 1"])
async def test_what_is_not_a_number_of_enedis_is_refused(alice: Person, number: str) -> None:
    asked = await alice.request_consent(VICTIM)
    state = state_of(await alice.start_authorization(asked))
    page = await _call_back(alice.browser, state=state, autorisation_id=number)
    assert page.status_code == 404
    status, _ = await alice.get_consent_status(asked)
    assert status == "refused"
    assert alice.simulator.calls("subscribed_services") == []


async def test_the_newest_holder_has_the_meter_and_the_older_account_is_told(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    """A flat changes hands: the new tenant shares anew, the old one keeps what was read until then."""
    await alice.give_consent(VICTIM)
    moved = NOW + timedelta(days=30)
    clock.set(moved)
    alice.simulator.set_clock(moved)
    alice.simulator.order("POST", "consents", prm=VICTIM, shared=False)
    mallory.who = await mallory.gateway.sign_in("mallory@example.org")
    asked, _ = await mallory.give_consent(VICTIM)
    assert await mallory.get_consent_status(asked) == ("granted", None)
    alice.who = await alice.gateway.sign_in("alice@example.org")
    (old,) = (await alice.gateway.get("/v1/usage-points", alice.who))["items"]
    status = old["consent"]["status"]
    assert status in {"moved", "ended"}, "ended, where the worker saw the withdrawal before the new share"
    assert [notice["code"] for notice in old["notices"]] == [f"consent_{status}"]


async def test_nobody_sees_anothers_consent(alice: Person, mallory: Person) -> None:
    asked = await alice.request_consent(VICTIM)
    answer = await mallory.gateway.http.get(f"/v1/consents/{asked['id']}", headers=mallory.who)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_ten_an_hour_are_enough(alice: Person) -> None:
    for _ in range(10):
        await alice.request_consent(VICTIM)
    answer = await alice.gateway.http.post("/v1/consents", headers=alice.who, json={"prm": VICTIM})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 3600


async def test_failures_are_counted_and_audited(alice: Person) -> None:
    asked = await alice.request_consent(VICTIM)
    for _ in range(10):
        state = state_of(await alice.start_authorization(asked))
        await _call_back(alice.browser, state=state, error="invalid_request")
    page = await alice.browser.get(f"/consents/{asked['id']}/start")
    assert page.status_code == 429
    async with alice.gateway.runtime.database.read() as session:
        events = (await session.scalars(select(AuditEvent.event))).all()
    assert events.count("consent_failed") == 10


async def test_enedis_own_words_never_reach_the_page(alice: Person) -> None:
    asked = await alice.request_consent(VICTIM)
    state = state_of(await alice.start_authorization(asked))
    page = await _call_back(alice.browser, state=state, error="<script>alert(1)</script>", error_description="<b>x</b>")
    assert "script" not in page.text
    assert "<b>x" not in page.text


async def test_a_state_made_before_the_victim_shares_does_not_take_the_meter_over(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    asked = await mallory.request_consent(VICTIM)
    state = state_of(await mallory.start_authorization(asked))
    hers, _ = await alice.give_consent(VICTIM)
    number = await _find_authorisation(mallory, VICTIM)
    await _call_back(mallory.browser, state=state, autorisation_id=str(number))
    assert await mallory.check_until_decided(asked, clock) == ("refused", "contested")
    assert await alice.get_consent_status(hers) == ("refused", "contested"), (
        "nobody can tell who of the two is the holder"
    )


async def test_guesses_made_side_by_side_are_failures_too(alice: Person) -> None:
    asked = await alice.request_consent(VICTIM)
    states = [state_of(await alice.start_authorization(asked)) for _ in range(5)]
    pages = [
        await _call_back(alice.browser, state=state, autorisation_id=str(number))
        for number, state in enumerate(states, start=77)
    ]
    assert [page.status_code for page in pages[1:]] == [404] * 4, "one number at a time"
    async with alice.gateway.runtime.database.read() as session:
        events = (await session.scalars(select(AuditEvent.event))).all()
    assert events.count("consent_failed") >= 4


async def test_of_the_ways_begun_only_the_last_few_stay_open(alice: Person, clock: SetClock) -> None:
    asked = await alice.request_consent(VICTIM)
    states = []
    for _ in range(8):
        clock.set(clock.now() + timedelta(seconds=1))
        states.append(state_of(await alice.start_authorization(asked)))
    for state in states[:3]:
        page = await _call_back(alice.browser, state=state, autorisation_id="77")
        assert await alice.get_consent_status(asked) == ("pending", None), page.text
    assert alice.simulator.calls("subscribed_services") == []


async def test_reloading_asks_enedis_nothing(alice: Person) -> None:
    asked = await alice.request_consent("30001000000017")
    location = alice.at_enedis(await alice.start_authorization(asked), "30001000000017")
    await alice.handle_callback(location)
    asked_once = len(alice.simulator.calls("subscribed_services"))
    await asyncio.gather(*(alice.handle_callback(location) for _ in range(30)))
    assert len(alice.simulator.calls("subscribed_services")) == asked_once


async def test_after_another_browser_only_a_later_share_counts(alice: Person, mallory: Person, clock: SetClock) -> None:
    """Mallory sends Alice straight to Enedis, then guesses her number: what was shared by that trick opens nothing."""
    asked = await mallory.request_consent(VICTIM)
    await alice.handle_callback(alice.at_enedis(await mallory.start_authorization(asked), VICTIM))
    again = await mallory.request_consent(VICTIM)
    state = state_of(await mallory.start_authorization(again))
    number = await _find_authorisation(mallory, VICTIM)
    await _call_back(mallory.browser, state=state, autorisation_id=str(number))
    assert await mallory.check_until_decided(again, clock) == ("refused", "other_browser")


async def test_a_meter_that_somebody_once_had_is_not_taken_by_an_old_share(
    alice: Person, mallory: Person, clock: SetClock
) -> None:
    await alice.give_consent(VICTIM)
    async with alice.gateway.runtime.database.write() as session:
        await session.execute(update(UsagePoint).values(status=PointStatus.ENDED))
    asked = await mallory.request_consent(VICTIM)
    state = state_of(await mallory.start_authorization(asked))
    await _call_back(mallory.browser, state=state, autorisation_id=str(await _find_authorisation(mallory, VICTIM)))
    assert await mallory.check_until_decided(asked, clock) == ("refused", "held_by_another")


async def test_two_accounts_at_the_same_moment_never_both_have_the_meter(alice: Person, mallory: Person) -> None:
    ways = []
    for person in (alice, mallory):
        asked = await person.request_consent(VICTIM)
        ways.append((person, state_of(await person.start_authorization(asked))))
    alice.simulator.order("POST", "consents", prm=VICTIM, shared=True)
    number = str(await _find_authorisation(alice, VICTIM))
    await asyncio.gather(*(_call_back(who.browser, state=state, autorisation_id=number) for who, state in ways))
    async with alice.gateway.runtime.database.read() as session:
        holders = (await session.scalars(select(UsagePoint).where(UsagePoint.status == PointStatus.GRANTED))).all()
    assert len(holders) <= 1
