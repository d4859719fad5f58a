"""Three gateways behind Caddy lose nothing and ask nothing twice, whatever is stopped, killed or away meanwhile."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from tests.e2e.stack.load import Reader, read_under_load
from tests.e2e.stack.parts import Stack, run_stack, wait_until

pytestmark = pytest.mark.long

PRMS = [f"300010000000{number:02}" for number in (1, 2, 3)]
EACH = 4
REPLICAS = 3


class Homes:
    """The homes whose owners read: the same week of each, again and again."""

    def __init__(self, today: date) -> None:
        self.week = (today - timedelta(days=10), today - timedelta(days=3))
        self.ids: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {}

    async def set_up_accounts(self, stack: Stack) -> None:
        """Give each an account and a token."""
        async with stack.new_client() as http:
            for prm in PRMS:
                self.ids[prm], client = await stack.add_usage_point(prm)
                answer = await http.post("/v1/oauth/token", data={"grant_type": "client_credentials", **client})
                token = answer.raise_for_status().json()["access_token"]
                self.headers[prm] = {"Authorization": f"Bearer {token}"}

    def load_expected(self, stack: Stack, prm: str, start: date, end: date) -> list[dict[str, Any]]:
        """The readings as the meter counted them."""
        return [
            {
                "start": reading["start"].replace("+00:00", "Z"),
                "minutes": 30,
                "watts": reading["watts"],
                "quality": "measured",
            }
            for day in stack.simulator.truth(prm, start, end)
            for reading in day["readings"]
        ]

    async def fetch_curve(self, http: httpx2.AsyncClient, prm: str, start: date, end: date) -> httpx2.Response:
        """Ask for days of one of them."""
        params = {"start": start.isoformat(), "end": end.isoformat()}
        return await http.get(f"/v1/usage-points/{self.ids[prm]}/load-curve", headers=self.headers[prm], params=params)

    async def is_known(self, stack: Stack, http: httpx2.AsyncClient, prm: str, start: date, end: date) -> bool:
        """Tell whether the gateway has them all, and right."""
        answer = await self.fetch_curve(http, prm, start, end)
        return answer.is_success and answer.json()["readings"] == self.load_expected(stack, prm, start, end)

    def list_readers(self, stack: Stack) -> list[Reader]:
        """What is read under load."""
        start, end = self.week
        params = {"start": start.isoformat(), "end": end.isoformat()}
        return [
            Reader(
                f"/v1/usage-points/{self.ids[prm]}/load-curve",
                params,
                self.headers[prm],
                self.load_expected(stack, prm, start, end),
            )
            for prm in PRMS
        ]


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    async with run_stack(tmp_path, REPLICAS) as stack:
        yield stack


@pytest.fixture
async def homes(stack: Stack) -> Homes:
    """Three homes whose week is known."""
    now = stack.simulator.http.get("/control/clock").raise_for_status().json()["now"]
    homes = Homes(date.fromisoformat(now[:10]))
    await homes.set_up_accounts(stack)
    async with stack.new_client() as http:
        for prm in PRMS:
            await wait_until(partial(homes.is_known, stack, http, prm, *homes.week), 120)
    return homes


def count_answered_days(stack: Stack) -> Counter[tuple[str, str, str]]:
    """How often each day of each meter was answered by Enedis, by what was asked."""
    times: Counter[tuple[str, str, str]] = Counter()
    for call in stack.simulator.calls("mesure_synchrone"):
        if call["status"] == 200:
            query = parse_qs(call["query"])
            start, end = (date.fromisoformat(query[name][0]) for name in ("dateDebut", "dateFin"))
            for number in range((end - start).days):
                times[call["path"], call["prm"], (start + timedelta(days=number)).isoformat()] += 1
    return times


def list_days_asked_twice(stack: Stack, homes: Homes) -> list[tuple[str, str, str]]:
    """The days that were known, and were asked again all the same; the newest may well be asked again."""
    settled = homes.week[1].isoformat()
    return [day for day, count in count_answered_days(stack).items() if count > 1 and day[2] < settled]


async def has_asked_more(stack: Stack, than: int) -> bool:
    """Tell whether Enedis was asked for measures again."""
    return len(stack.simulator.calls("mesure_synchrone")) > than


def most_in_a_second(stack: Stack) -> int:
    """The most calls that Enedis got of one API in any second, on its own clock."""
    most = 0
    calls = stack.simulator.calls("mesure_synchrone")
    for first in calls:
        most = max(most, sum(first["arrived"] <= call["arrived"] < first["arrived"] + 1 for call in calls))
    return most


async def test_replicas_are_replaced_one_by_one_and_nobody_notices(stack: Stack, homes: Homes) -> None:
    async with read_under_load(stack, homes.list_readers(stack), EACH) as record:
        for number in range(REPLICAS):
            await stack.restart_replica(number)
    assert record.wrong == []
    assert record.failed == []
    assert record.answered > 100
    assert list_days_asked_twice(stack, homes) == []
    assert most_in_a_second(stack) <= 5


async def test_killed_replicas_cost_only_what_they_were_at(stack: Stack, homes: Homes) -> None:
    kills = []
    async with read_under_load(stack, homes.list_readers(stack), EACH) as record:
        for number in range(REPLICAS):
            kills.append(time.monotonic())
            await stack.restart_replica(number, signal.SIGKILL)
    assert record.wrong == []
    for begun, ended, how in record.failed:
        assert any(begun <= kill + 1 and kill <= ended for kill in kills), how
    assert len(record.failed) <= (len(PRMS) + 1) * EACH * len(kills)
    assert record.answered > 100
    assert list_days_asked_twice(stack, homes) == []
    assert most_in_a_second(stack) <= 5


async def test_without_valkey_reading_goes_on_and_asking_waits(stack: Stack, homes: Homes) -> None:
    assert stack.valkey is not None
    older = (homes.week[0] - timedelta(days=370), homes.week[0] - timedelta(days=363))
    async with read_under_load(stack, homes.list_readers(stack), EACH) as record, stack.new_client() as http:
        await wait_until(partial(has_asked_more, stack, len(stack.simulator.calls("mesure_synchrone"))))
        # an answer of the history's is under way, and its next call seconds away
        stack.valkey.stop()
        before = len(stack.simulator.calls("mesure_synchrone"))
        answer = await homes.fetch_curve(http, PRMS[0], *older)
        assert answer.status_code in {200, 503}
        assert answer.status_code == 503 or answer.json()["readings"] == []
        assert len(stack.simulator.calls("mesure_synchrone")) == before
        stack.valkey.start()
        await wait_until(lambda: homes.is_known(stack, http, PRMS[0], *older), 120)
    assert record.wrong == []
    assert record.failed == []
    assert list_days_asked_twice(stack, homes) == []
    assert most_in_a_second(stack) <= 5


async def test_postgresql_restarted_is_said_and_then_all_goes_on(stack: Stack, homes: Homes) -> None:
    assert stack.postgres is not None
    async with read_under_load(stack, homes.list_readers(stack), EACH) as record:
        away = time.monotonic()
        await asyncio.to_thread(stack.postgres.stop)
        await asyncio.to_thread(stack.postgres.start)
        back = time.monotonic()
        answered = record.answered

        async def goes_on() -> bool:
            return record.answered > answered + 100

        await wait_until(goes_on)
    assert record.wrong == []
    for begun, ended, how in record.failed:
        assert ended >= away
        assert begun <= back + 2
        assert how.startswith("503 "), how
        assert "database_down" in how
    assert list_days_asked_twice(stack, homes) == []
    assert most_in_a_second(stack) <= 5


async def test_enedis_down_hides_nothing_that_is_known(stack: Stack, homes: Homes) -> None:
    older = (homes.week[0] - timedelta(days=370), homes.week[0] - timedelta(days=363))
    async with read_under_load(stack, homes.list_readers(stack), EACH) as record, stack.new_client() as http:
        stack.simulator.order("POST", "faults", api="mesure_synchrone_auto", status=503)
        answer = await homes.fetch_curve(http, PRMS[0], *older)
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        for number in range(REPLICAS):
            await stack.restart_replica(number)
        stack.simulator.order("DELETE", "faults")
    assert record.wrong == []
    assert record.failed == []
    assert list_days_asked_twice(stack, homes) == []
    assert most_in_a_second(stack) <= 5


async def test_the_site_is_as_documented(stack: Stack) -> None:
    async with httpx2.AsyncClient(base_url=stack.site, verify=stack.tls, timeout=200) as http:
        ping = await http.get("/api/ping", headers={"Accept-Encoding": "gzip"})
        assert ping.json()["status"] == "ok"
        docs = await http.get("/api/docs")
        assert "unsafe" not in docs.headers["Content-Security-Policy"]
        assert docs.headers["Content-Encoding"] in {"gzip", "zstd"}
        described = (await http.get("/openapi.json")).json()
        assert described["servers"] == [{"url": "/api"}], "what /docs tries out comes by the proxy"
        page = await http.get("/oauth/callback", params={"code": "x", "state": "y", "usage_point_id": PRMS[0]})
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'nonce-")
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert (await http.get("/consents/" + "0" * 32 + "/start")).status_code == 404
        assert (await http.get("/")).status_code == 502, "the place of the front end, which is not in this stack"
        for answer in (ping, docs, page):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Strict-Transport-Security" not in answer.headers, "localhost is many things"
            assert "Server" not in answer.headers
            assert "h3=" in answer.headers["Alt-Svc"]
        assert (await http.get("/metrics")).status_code == 404
        knocks = [
            await http.post(
                "/api/v1/accounts/password-reset",
                json={"email": "nobody@example.org"},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            )
            for number in range(25)
        ]
        assert knocks[-1].status_code == 429, "what a client says of its own address is not believed"
        log = (stack.folder / "caddy.log").read_text()
        assert PRMS[0] not in log
        assert "state=y" not in log
