"""What RTE says, on the wire, and what it means."""

from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from gateway.kit.http import HttpResponse, Upstream
from gateway.rte.client import Rte
from gateway.rte.errors import RteError, RteErrorReason, parse_error
from gateway.store.memory import MemoryStore
from tests.server.signals import House

START, END = date(2026, 1, 5), date(2026, 1, 9)
TEMPO, ECOWATT = "tempo_like_supply_contract", "ecowatt"


async def test_colors_of_a_range(house: House) -> None:
    values = await house.api.fetch_tempo_calendar(START, END)
    assert {value.day: value.value for value in values} == {
        date(2026, 1, 5): "RED",
        date(2026, 1, 6): "RED",
        date(2026, 1, 7): "RED",
        date(2026, 1, 8): "WHITE",
    }


async def test_the_older_form_says_the_same(house: House) -> None:
    newer = await house.api.fetch_tempo_calendar(START, END)
    (await house.world.http.put("/control/tempo/form", json={"as_array": True})).raise_for_status()
    assert await house.api.fetch_tempo_calendar(START, END) == newer


async def test_days_are_asked_by_their_midnights_across_a_change_of_clocks(house: House) -> None:
    await house.api.fetch_tempo_calendar(date(2025, 10, 26), date(2025, 10, 27))
    [(_, query, status)] = await house.world.calls(TEMPO)
    assert status == 200
    assert query["start_date"] == "2025-10-26T00:00:00+02:00"
    assert query["end_date"] == "2025-10-27T00:00:00+01:00"


async def test_tomorrow_is_not_published_before_six(house: House) -> None:
    with pytest.raises(RteError) as raised:
        await house.api.fetch_tempo_calendar(date(2026, 1, 22), date(2026, 1, 23))
    assert raised.value.reason is RteErrorReason.NOT_PUBLISHED


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        *((f"F0{number}", RteErrorReason.OUR_FAULT) for number in (1, 2, 3, 5, 6, 7)),
        ("F04", RteErrorReason.NOT_PUBLISHED),
        ("T03", RteErrorReason.DOWN),
        ("401", RteErrorReason.UNAUTHORIZED),
        ("403", RteErrorReason.FORBIDDEN),
        ("404", RteErrorReason.OUR_FAULT),
        ("408", RteErrorReason.DOWN),
        ("413", RteErrorReason.OUR_FAULT),
        ("414", RteErrorReason.OUR_FAULT),
        ("429", RteErrorReason.QUOTA),
        ("500", RteErrorReason.DOWN),
        ("503", RteErrorReason.DOWN),
        ("509", RteErrorReason.QUOTA),
    ],
)
async def test_every_refusal_has_its_meaning(house: House, fault: str, reason: RteErrorReason) -> None:
    await house.world.fault(api=TEMPO, name=fault)
    with pytest.raises(RteError) as raised:
        await house.api.fetch_tempo_calendar(START, END)
    assert raised.value.reason is reason


@pytest.mark.parametrize(("header", "seconds"), [("420", 420), ("soon", 0), ("-5", 0), ("", 0), ("9" * 30, 86400)])
async def test_how_long_rte_asks_to_wait(house: House, header: str, seconds: float) -> None:
    await house.world.fault(api=ECOWATT, status=429, body="", headers={"Retry-After": header})
    with pytest.raises(RteError) as raised:
        await house.api.fetch_ecowatt()
    assert (raised.value.reason, raised.value.retry_after) == (RteErrorReason.QUOTA, seconds)


@pytest.mark.parametrize(
    ("until", "date_header", "seconds"),
    [
        ("Tue, 20 Jan 2026 08:00:00 GMT", "Tue, 20 Jan 2026 07:10:00 GMT", 3000),
        ("Tue, 20 Jan 2026 07:00:00 GMT", "Tue, 20 Jan 2026 07:10:00 GMT", 0),
        ("Tue, 20 Jan 2027 08:00:00 GMT", "Tue, 20 Jan 2026 07:10:00 GMT", 86400),
        ("Tue, 20 Jan 2026 08:00:00 -0000", "Tue, 20 Jan 2026 07:10:00 GMT", 0),
        ("Tue, 20 Jan 2026 08:00:00 GMT", "", 0),
    ],
)
def test_how_long_rte_asks_to_wait_by_a_date(until: str, date_header: str, seconds: float) -> None:
    assert parse_error(HttpResponse(503, b"", {"retry-after": until, "date": date_header})).retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [
        "<html>Maintenance</html>",
        "",
        {},
        {"tempo_like_calendars": None},
        {"tempo_like_calendars": {"values": [{"value": "RED"}]}},
        {"tempo_like_calendars": {"values": "RED"}},
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize("api", [TEMPO, "rte_token"])
async def test_what_cannot_be_read_is_an_outage(house: House, api: str, body: Any) -> None:
    await house.world.fault(api=api, status=200, body=body)
    with pytest.raises(RteError) as raised:
        await house.api.fetch_tempo_calendar(START, END)
    assert (raised.value.reason, raised.value.code) == (RteErrorReason.DOWN, "unreadable_answer")


def test_a_refusal_that_cannot_be_read_is_known_by_its_status() -> None:
    refusal = parse_error(HttpResponse(403, b"[" * 100_000, {}))
    assert (refusal.reason, refusal.code) == (RteErrorReason.FORBIDDEN, "403")


async def test_one_token_serves_until_it_ends(house: House) -> None:
    for _ in range(3):
        await house.api.fetch_tempo_calendar(START, END)
    await house.api.fetch_ecowatt()
    assert len(await house.world.calls("rte_token")) == 1


async def test_a_refused_token_is_forgotten_and_the_call_not_repeated(house: House) -> None:
    await house.api.fetch_tempo_calendar(START, END)
    (await house.world.http.delete("/control/tokens")).raise_for_status()
    with pytest.raises(RteError) as raised:
        await house.api.fetch_ecowatt()
    assert raised.value.reason is RteErrorReason.UNAUTHORIZED
    assert len(await house.world.calls(ECOWATT)) == 1
    await house.set(house.clock.now() + timedelta(minutes=16))
    assert await house.api.fetch_ecowatt(), "the next attempt brings a new token"


async def test_wrong_credentials_are_named_and_not_shown(house: House) -> None:
    rte = Rte(house.upstream, "somebody", "a-very-secret-text", MemoryStore())
    with pytest.raises(RteError) as raised:
        await rte.fetch_ecowatt()
    assert raised.value.reason is RteErrorReason.CREDENTIALS
    chain = f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"
    assert "secret" not in chain
    assert "somebody" not in chain


async def test_an_rte_that_does_not_answer_is_down() -> None:
    def raise_error(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    rte = Rte(Upstream("http://rte", transport=httpx2.MockTransport(raise_error)), "id", "secret", MemoryStore())
    with pytest.raises(RteError) as raised:
        await rte.fetch_tempo_calendar(START, END)
    assert (raised.value.reason, raised.value.code) == (RteErrorReason.DOWN, "unreachable")


async def test_the_open_calendar_says_the_same_without_a_key(house: House) -> None:
    said = await house.open_data.fetch_tempo_calendar(START, END)
    official = await house.api.fetch_tempo_calendar(START, END)
    assert {value.day: value.value for value in said} == {value.day: value.value for value in official}
    assert len(await house.world.calls("rte_token")) == 1


@pytest.mark.parametrize("body", ["<html>", {"values": {"monday": "BLUE"}}, {"values": None}, {}])
async def test_an_open_calendar_that_cannot_be_read_is_an_outage(house: House, body: Any) -> None:
    await house.world.fault(api="open_data", status=200, body=body)
    with pytest.raises(RteError) as raised:
        await house.open_data.fetch_tempo_calendar(START, END)
    assert raised.value.reason is RteErrorReason.DOWN
