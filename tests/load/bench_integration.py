"""What the integration costs Home Assistant: pauses of its event loop while two years come in, memory, start-up time.

Each figure comes from a Home Assistant of its own, started in a process of its own; the gateway is a stand-in with
hours ready to send.
"""

import asyncio
import faulthandler
import gc
import json
import logging
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any

from aiohttp import web
from homeassistant import bootstrap
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.runner import RuntimeConfig

from scripts.lib import home_assistant
from scripts.lib.program import free_port

HOURS = 2 * 365 * 24
ENERGY = ("consumption", "consumption_hp", "consumption_hc", "consumption_unknown", "production")
MONEY = ("cost", "cost_hp", "cost_hc", "subscription", "revenue")
START = datetime(2024, 11, 1, tzinfo=UTC)
FIXTURES = Path(__file__).parents[1] / "integration" / "fixtures"
POINT_ID = "a1b2c3d4e5f6g7h8"
ROUNDS = 3
IDLE_SECONDS = 10.0
MOST_SECONDS = 0.02
LOOK_SECONDS = 0.0005
MOST_HOLDS = 10
LONGEST_STOP = 60
"""Seconds after which a Home Assistant that does not stop is ended, and says where each of its threads was."""
WAITING = {"threading", "queue", "selectors", "thread"}
"""Modules in which a thread waits for work."""
OURS = "/custom_components/my_electrical_data/"


def _stand_in() -> web.Application:
    starts = [(START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in range(HOURS)]
    sums = [round(hour * 341.127, 3) for hour in range(HOURS)]
    series = [{"key": key, "unit": "Wh"} for key in ENERGY] + [{"key": key, "unit": "EUR"} for key in MONEY]

    async def hours(request: web.Request) -> web.Response:
        first = int(request.query.get("cursor", 0))
        last = min(first + int(request.query["limit"]), HOURS)
        page = {
            "epoch": "e",
            "cursor": str(last),
            "from": starts[first] if first < HOURS else None,
            "series": series,
            "start": starts[first:last],
            "sum": dict.fromkeys((*ENERGY, *MONEY), sums[first:last]),
            "unpriced": {},
            "made_of": {},
            "next_change": None,
            "more": last < HOURS,
        }
        return web.json_response(page)

    def answer_fixture(name: str) -> Callable[[web.Request], Any]:
        body = json.loads((FIXTURES / f"{name}.json").read_text())

        async def answer(_request: web.Request) -> web.Response:
            return web.json_response(body)

        return answer

    app = web.Application()
    app.router.add_get("/ping", answer_fixture("ping"))
    app.router.add_post("/v1/oauth/token", answer_fixture("token"))
    app.router.add_get("/v1/usage-points", answer_fixture("usage_points"))
    app.router.add_get(f"/v1/usage-points/{POINT_ID}/daily", answer_fixture("daily"))
    app.router.add_get(f"/v1/usage-points/{POINT_ID}/hours", hours)
    app.router.add_get("/v1/tempo", answer_fixture("tempo"))
    app.router.add_get("/v1/ecowatt", answer_fixture("ecowatt"))
    return app


def _make_entry(url: str) -> ConfigEntry:
    meter = {"data": {}, "subentry_id": "m" * 26, "subentry_type": "meter", "title": "Home", "unique_id": POINT_ID}
    return ConfigEntry(
        data={"url": url, "client_id": "bench", "client_secret": "bench", "made_here": False},
        discovery_keys=MappingProxyType({}),
        domain="my_electrical_data",
        minor_version=1,
        options={},
        source="user",
        subentries_data=[meter],  # type: ignore[list-item]  # a dict of its shape
        title="MyElectricalData",
        unique_id=json.loads((FIXTURES / "ping.json").read_text())["instance_id"],
        version=2,
    )


async def _start_home_assistant(folder: Path) -> HomeAssistant:
    home_assistant.HomeAssistant(folder, free_port(), "en").prepare()
    hass = await bootstrap.async_setup_hass(RuntimeConfig(config_dir=str(folder), skip_pip=True))
    assert hass is not None
    await hass.async_start()
    await hass.async_block_till_done()
    return hass


async def _stop_home_assistant(hass: HomeAssistant) -> None:
    faulthandler.dump_traceback_later(LONGEST_STOP, exit=True)  # also if the process does not end after it
    # a recorder that is told to stop before it has begun its work overlooks it and never ends
    at_work = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(at_work))
    await at_work
    await hass.async_stop()


async def _until_imported(entry: ConfigEntry) -> None:
    while not (hasattr(entry, "runtime_data") and entry.runtime_data.meters[POINT_ID].hours.data):
        await asyncio.sleep(0.05)


def _time_full_collection() -> float:
    begun = time.thread_time()
    gc.collect()
    return time.thread_time() - begun


def _measure_memory() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@dataclass
class _Callback:
    """What the event loop did in one go: its own work in seconds, and what it was seen at while it did."""

    name: str
    seconds: float = 0.0
    collecting: float = 0.0
    """Seconds of it that Python collected garbage, of all of Home Assistant."""
    seen: list[tuple[str, bool]] = field(default_factory=list)
    """The innermost function each time it was looked at, and whether code of the integration had led there."""

    @property
    def ours(self) -> float:
        """Seconds in the integration, and in what it called."""
        looks = len(self.seen) or 1
        return (self.seconds - self.collecting) * sum(ours for _, ours in self.seen) / looks

    def __str__(self) -> str:
        total, ours, garbage = (f"{each * 1000:.1f}" for each in (self.seconds, self.ours, self.collecting))
        at = ", ".join(f"{at} {times}" for at, times in Counter(at for at, _ in self.seen).most_common(3))
        return f"{total} ms, ours {ours}, garbage {garbage}: {self.name}; seen at {at or 'nothing'}"


@dataclass(frozen=True)
class _Collection:
    """A garbage collection, which stops every thread: the one that ran it, its own seconds, and when it was."""

    thread: str
    generation: int
    seconds: float
    begun: float
    ended: float

    def __str__(self) -> str:
        return f"garbage of generation {self.generation} in {self.thread}, {self.seconds * 1000:.1f} ms"


@dataclass(frozen=True)
class _Hold:
    """A time in which no other thread could run, and where each thread that had work was after it."""

    begun: float
    ended: float
    threads: list[str]

    def describe(self, collections: list[_Collection]) -> str:
        """Say who it was: the collections within it, or the threads that may have held Python's lock."""
        within = [str(each) for each in collections if each.begun < self.ended and each.ended > self.begun]
        who = within or [f"no garbage; then at work: {', '.join(self.threads) or 'none, so the machine was busy'}"]
        return f"{(self.ended - self.begun) * 1000:.1f} ms: {'; '.join(who)}"


class _Pauses:
    """How long the event loop was held: by one callback's own work, and by anything, such as a busy machine.

    Only what was long is kept: whatever is kept takes memory, and makes Python collect garbage.
    """

    def __init__(self) -> None:
        self.longest = self.longest_of_ours = self.longest_gap = 0.0
        self.callbacks: list[_Callback] = []
        self.collections: list[_Collection] = []
        self.holds: list[_Hold] = []

    @contextmanager
    def measure_pauses(self) -> Iterator[None]:
        run = asyncio.Handle._run
        current: _Callback | None = None
        since = own_since = 0.0
        over, loop_thread = threading.Event(), threading.get_ident()

        def run_timed(handle: asyncio.Handle) -> None:
            nonlocal current
            current = done = _Callback(_name_callback(handle))
            begun = time.thread_time()
            run(handle)
            current, done.seconds = None, time.thread_time() - begun
            self.longest = max(self.longest, done.seconds)
            self.longest_of_ours = max(self.longest_of_ours, done.ours)
            if done.seconds > MOST_SECONDS:
                self.callbacks.append(done)

        def note_collection(phase: str, told: dict[str, int]) -> None:
            nonlocal since, own_since
            if phase == "start":
                since, own_since = time.perf_counter(), time.thread_time()
                return
            seconds, thread = time.thread_time() - own_since, threading.current_thread()
            self.collections.append(_Collection(thread.name, told["generation"], seconds, since, time.perf_counter()))
            if (doing := current) is not None and thread.ident == loop_thread:
                doing.collecting += seconds

        def sample_stacks() -> None:
            looked = time.perf_counter()
            while not over.wait(LOOK_SECONDS):
                before, looked, frames = looked, time.perf_counter(), sys._current_frames()
                if looked - before > MOST_SECONDS:
                    self.holds.append(_Hold(before, looked, _list_busy_threads(frames)))
                frame = frames.get(loop_thread)
                if frame is not None and (doing := current) is not None:
                    doing.seen.append(_locate_frame(frame))
                del frames, frame

        asyncio.Handle._run = run_timed  # type: ignore[assignment]  # its class takes no functions but its own
        watching = asyncio.get_running_loop().create_task(self._record_gaps())
        looking = threading.Thread(target=sample_stacks)
        usual = sys.getswitchinterval()
        sys.setswitchinterval(LOOK_SECONDS)
        gc.callbacks.append(note_collection)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()
            sys.setswitchinterval(usual)
            gc.callbacks.remove(note_collection)
            watching.cancel()
            asyncio.Handle._run = run  # type: ignore[method-assign]  # the same

    async def _record_gaps(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest_gap = max(self.longest_gap, time.perf_counter() - begun - 0.001)


def _name_callback(handle: asyncio.Handle) -> str:
    """Name the coroutine of a task's step, or the function."""
    called: Any = handle._callback  # type: ignore[attr-defined]  # what asyncio itself names when it is in debug mode
    task = getattr(called, "__self__", None)
    coroutine = task.get_coro() if isinstance(task, asyncio.Task) else None
    return str(getattr(coroutine or called, "__qualname__", called))


def _list_busy_threads(frames: Mapping[int, FrameType]) -> list[str]:
    """Return the threads that do not wait for work, with the innermost function of each; not the one that asks."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        f"{names.get(ident, ident)} in {_locate_frame(frame)[0]}"
        for ident, frame in frames.items()
        if ident != threading.get_ident() and Path(frame.f_code.co_filename).stem not in WAITING
    ]


def _locate_frame(frame: FrameType) -> tuple[str, bool]:
    code = frame.f_code
    at = f"{Path(code.co_filename).stem}.{code.co_qualname}"
    outer: FrameType | None = frame
    while outer is not None:
        if OURS in outer.f_code.co_filename:
            return at, True
        outer = outer.f_back
    return at, False


async def _bench_import(folder: Path, url: str) -> dict[str, float]:
    """Import two years into a Home Assistant that has started and is quiet."""
    hass = await _start_home_assistant(folder)
    before, entry, idle, pauses = _measure_memory(), _make_entry(url), _Pauses(), _Pauses()
    at_rest = _time_full_collection()
    with idle.measure_pauses():
        await asyncio.sleep(IDLE_SECONDS)
    with pauses.measure_pauses():
        recorder = time.pthread_getcpuclockid(get_instance(hass).ident or 0)
        begun, cpu_begun, recorder_begun = time.perf_counter(), time.process_time(), time.clock_gettime(recorder)
        await hass.config_entries.async_add(entry)
        await _until_imported(entry)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
        recorder_seconds = time.clock_gettime(recorder) - recorder_begun
    figures = {
        "seconds to import": seconds,
        "CPU, seconds": cpu_seconds,
        "the recorder's, seconds": recorder_seconds,
        "longest callback, ms": pauses.longest * 1000,
        "longest of ours, ms": pauses.longest_of_ours * 1000,
        "longest garbage, ms": max(each.seconds for each in pauses.collections) * 1000,
        "full collections": sum(each.generation == 2 for each in pauses.collections),
        "one without ours, ms": at_rest * 1000,
        "longest pause, ms": pauses.longest_gap * 1000,
        "the same while idle, ms": idle.longest_gap * 1000,
        "memory added, MB": _measure_memory() - before,
    }
    print(f"\ncallbacks over {MOST_SECONDS * 1000:.0f} ms; ours is the integration and what it calls")
    for callback in sorted(pauses.callbacks, key=lambda each: each.seconds, reverse=True):
        print(callback)
    print(f"\nwhat held all threads for over {MOST_SECONDS * 1000:.0f} ms: the longest of {len(pauses.holds)}")
    for hold in sorted(pauses.holds, key=lambda each: each.begun - each.ended)[:MOST_HOLDS]:
        print(hold.describe(pauses.collections))
    await _stop_home_assistant(hass)
    return figures


async def _bench_start(folder: Path, url: str) -> dict[str, float]:
    """Start with everything imported: what every later start costs, beside one without the integration."""
    begun = time.perf_counter()
    hass = await _start_home_assistant(folder)
    figures = {"seconds to start": time.perf_counter() - begun, "memory, MB": _measure_memory()}
    if url:
        assert hass.config_entries.async_entries("my_electrical_data")
    await _stop_home_assistant(hass)
    return figures


async def _run_child(what: str, folder: Path, url: str) -> tuple[dict[str, float], list[str]]:
    """Return the figures of a process of its own, and what else it told."""
    command = [sys.executable, "-m", "tests.load.bench_integration", what, str(folder), url]
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await child.communicate()
    if child.returncode != 0:
        sys.exit(f"{what}: Home Assistant failed, or did not stop within {LONGEST_STOP} s:\n{errors.decode()}")
    *told, last = output.decode().splitlines()
    figures: dict[str, float] = json.loads(last)
    return figures, told


async def _run_bench() -> None:
    runner = web.AppRunner(_stand_in())
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as used:
        print(f"two years of ten series: {HOURS} hours\n")
        figures, held = await _run_child("import", Path(used), url)
        for name, figure in figures.items():
            print(f"{name:<24}{figure:10.1f}")
        print("\n".join(held))
        await _run_child("start", Path(empty), "")  # the first start of a folder makes its database
        print("\nstarts, without and with the integration")
        for _ in range(ROUNDS):
            without, _ = await _run_child("start", Path(empty), "")
            with_it, _ = await _run_child("start", Path(used), url)
            for name, figure in without.items():
                print(f"{name:<24}{figure:10.1f}{with_it[name]:10.1f}{with_it[name] - figure:+10.1f}")
    await runner.cleanup()


if __name__ == "__main__":
    logging.disable()
    if len(sys.argv) == 1:
        asyncio.run(_run_bench())
    else:
        what, folder, url = sys.argv[1:]
        print(json.dumps(asyncio.run({"import": _bench_import, "start": _bench_start}[what](Path(folder), url))))
