"""What a test can do to the simulator from outside, over real HTTP where that matters."""

import asyncio
import re
import subprocess
import sys
from time import perf_counter

import httpx2
import pytest

from gateway.simulator.enedis.alterations import ALTERATIONS

BASE = "30001000000001"
CURVE, DAILY = "courbe_de_charge_consommation", "consommation_quotidienne"


def test_it_shares_nothing_with_what_it_tests():
    program = "import sys, gateway.simulator.main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    rooms = {name for name in loaded if name.startswith("gateway.")}
    assert all(name.startswith("gateway.simulator") for name in rooms)


async def test_every_call_is_written_down(start_simulator):
    simulator = await start_simulator()
    await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-22")
    await simulator.measures(DAILY, "30001000000009", "2026-11-20", "2026-11-22")
    await simulator.tempo()
    calls = [call for call in await simulator.control("GET", "calls") if "token" not in call["api"]]
    assert [(call["api"], call["prm"], call["status"]) for call in calls] == [
        ("mesure_synchrone_auto", BASE, 200),
        ("mesure_synchrone_auto", "30001000000009", 403),
        ("tempo_like_supply_contract", None, 200),
    ]
    summary = await simulator.control("GET", "calls/summary")
    assert summary["mesure_synchrone_auto"] == {"200": 1, "403": 1}
    assert calls[0]["query"] == f"pointId={BASE}&dateDebut=2026-11-20&dateFin=2026-11-22"
    await simulator.control("DELETE", "calls")
    assert await simulator.control("GET", "calls") == []


async def test_a_fault_lasts_as_many_times_as_ordered_and_only_where_it_was(start_simulator):
    simulator = await start_simulator()
    await simulator.control("POST", "faults", json={"name": "technical_error", "prm": BASE, "times": 2})
    ask = [(BASE, 500), ("30001000000002", 200), (BASE, 500), (BASE, 200)]
    for prm, status in ask:
        assert (await simulator.measures(DAILY, prm, "2026-11-20", "2026-11-22")).status_code == status
    await simulator.control("POST", "faults", json={"status": 502, "body": "no", "headers": {"Retry-After": "7"}})
    answer = await simulator.client.get("/open_api/ecowatt/v5/signals")
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (502, "no", "7")
    await simulator.control("DELETE", "faults")
    await simulator.control("POST", "faults", json={"api": "mesure_synchrone_auto", "latency": 0.05})
    began = perf_counter()
    assert (await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-22")).status_code == 200
    assert perf_counter() - began >= 0.05
    await simulator.control("DELETE", "faults")
    assert (await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-22")).status_code == 200


async def test_every_fault_of_the_tables_can_be_ordered(start_simulator):
    simulator = await start_simulator()
    names = await simulator.control("GET", "faults")
    assert len(names["enedis"]) > 30
    for name in names["enedis"]:
        await simulator.control("POST", "faults", json={"name": name, "api": "mesure_synchrone_auto", "times": 1})
        answer = await simulator.measures(DAILY, BASE, "2026-11-20", "2026-11-22")
        assert answer.status_code >= 400 or name.startswith("200") or name in ALTERATIONS, name
    for name in names["rte"]:
        await simulator.control("POST", "faults", json={"name": name, "api": "ecowatt", "times": 1})
        assert (await simulator.rte("/open_api/ecowatt/v5/signals")).status_code >= 400, name
    unknown = await simulator.client.post("/control/faults", json={"name": "ADAM-ERR9999"})
    assert unknown.status_code == 422


async def test_a_reset_forgets_everything_and_the_street_opens_on_the_clocks_day(start_simulator):
    simulator = await start_simulator()
    new = "30001000000008"
    await simulator.control("POST", "faults", json={"name": "503"})
    await simulator.control("POST", "consents", json={"prm": BASE, "shared": False})
    await simulator.control("PATCH", f"homes/{new}", json={"down": True})
    await simulator.set_clock("2025-05-20T12:00:00+02:00")
    await simulator.control("POST", "reset")
    assert await simulator.control("GET", "calls") == []
    for prm in (BASE, new):
        found = simulator.points(await simulator.measures(DAILY, prm, "2025-05-10", "2025-05-12"))
        assert len(found) == 2
    too_early = await simulator.measures(DAILY, new, "2025-05-07", "2025-05-12")
    assert too_early.json()["error"] == "ADAM-ERR0123"


async def test_calls_are_told_in_the_order_they_came(start_simulator):
    simulator = await start_simulator()
    await simulator.control("POST", "faults", json={"api": "mesure_synchrone_auto", "latency": 0.05})
    slow = asyncio.create_task(simulator.client.get(f"/mesure_synchrone_auto/v2/{DAILY}"))
    while not await simulator.control("GET", "calls"):
        simulator.timer += 1
        await simulator.tempo()
    await slow
    calls = await simulator.control("GET", "calls")
    assert calls[0]["api"] == "mesure_synchrone_auto"


async def test_services_cannot_hide_a_negative_number_of_times(start_simulator):
    simulator = await start_simulator()
    order = {"prm": BASE, "shared": True, "hidden": -1}
    assert (await simulator.client.post("/control/consents", json=order)).status_code == 422
    late = {"late_services": -1}
    assert (await simulator.client.patch(f"/control/homes/{BASE}", json=late)).status_code == 422


async def test_tokens_can_be_made_worthless(start_simulator):
    simulator = await start_simulator()
    headers = await simulator.rte_token()
    await simulator.control("DELETE", "tokens")
    assert (await simulator.client.get("/open_api/ecowatt/v5/signals", headers=headers)).status_code == 401


async def test_the_street_tells_its_stories(start_simulator):
    simulator = await start_simulator()
    homes = await simulator.control("GET", "homes")
    assert all(re.fullmatch(r"30001\d{9}", home["prm"]) for home in homes)
    assert len({home["prm"] for home in homes}) == len(homes)
    assert {(home["story"], home["option"], home["power_kva"]) for home in homes[:3]} == {
        ("base", "base", 6),
        ("off_peak", "hp_hc", 9),
        ("tempo", "tempo", 9),
    }


async def test_a_clock_without_an_offset_is_refused(start_simulator):
    simulator = await start_simulator()
    assert (await simulator.client.post("/control/clock", json={"now": "2026-11-23T12:00:00"})).status_code == 422


@pytest.fixture
def process(unused_tcp_port):
    """The simulator as its users start it."""
    command = [sys.executable, "-m", "gateway.simulator", "--port", str(unused_tcp_port)]
    options = ["--now", "2026-11-23T12:00:00+01:00", "--no-quota"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        yield running, f"http://127.0.0.1:{unused_tcp_port}"
        running.terminate()


async def test_it_runs_as_a_process_of_its_own(process):
    running, url = process
    assert url in running.stdout.readline()
    transport = httpx2.AsyncHTTPTransport(retries=5)
    async with httpx2.AsyncClient(base_url=url, transport=transport) as client:
        pair = ("simulator-enedis", "simulator-enedis-secret")
        token = await client.post("/oauth2/v3/token", data={"grant_type": "client_credentials"}, auth=pair)
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        query = {"pointId": BASE, "dateDebut": "2026-11-21", "dateFin": "2026-11-22"}
        answer = await client.get(f"/mesure_synchrone_auto/v2/{CURVE}", params=query, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
        assert (await client.get("/control/clock")).json()["now"].startswith("2026-11-23T11:0")
