"""`scripts/demo`: the whole of MyElectricalData on this machine, with homes that do not exist."""

import argparse
import asyncio
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scripts.lib import dashboard, energy, front_end, weather
from scripts.lib.home_assistant import ROOT
from scripts.lib.home_assistant_client import HomeAssistantClient, HomeAssistantError
from scripts.lib.program import ProgramError, free_port, is_free
from scripts.lib.stack import USAGE_POINTS, Ports, Stack
from scripts.lib.words import WORDS, choose_language

PARIS = ZoneInfo("Europe/Paris")
NEW_METER = "30001000000016"
"""A simulated home that nobody has added yet."""
HISTORY = timedelta(days=58)
NEWEST = timedelta(days=3)
"""Yesterday may not be published yet, and one home's may be late."""
HISTORY_SECONDS = 300.0
OFFER_SECONDS = 60.0
OPTIONS = {
    "home_assistant": "--port",
    "gateway": "--gateway-port",
    "simulator": "--simulator-port",
    "front_end": "--front-end-port",
}


class DemoError(Exception):
    """Why the demo cannot start, and the way out."""


def main() -> int:
    """Run the demo until it is interrupted. The exit status."""
    arguments = _parse_arguments()
    words = WORDS[choose_language()]
    ports = Ports(arguments.port, arguments.gateway_port, arguments.simulator_port, arguments.front_end_port)
    try:
        with _alone_in(arguments.folder, words):
            if arguments.reset:
                _empty_folder(arguments.folder)
            _check_ports(ports, words)
            web = arguments.folder / "web"
            stack = Stack(
                arguments.folder, ports, language=choose_language(), web=web, owner=front_end.OWNER, is_demo=True
            )
            asyncio.run(_until_stopped(stack, words, browser=arguments.browser))
    except (DemoError, ProgramError, HomeAssistantError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", add_help=False)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--gateway-port", type=int, default=8000)
    parser.add_argument("--simulator-port", type=int, default=8010)
    parser.add_argument("--front-end-port", type=int, default=8020)
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    parser.add_argument("--folder", type=lambda text: Path(text).resolve(), default=ROOT / ".demo")
    return parser.parse_args()


@contextmanager
def _alone_in(folder: Path, words: dict[str, str]) -> Generator[None]:
    """One demo a folder: two would write the same databases."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(words["already"].format(folder=folder)) from None
        yield


def _empty_folder(folder: Path) -> None:
    """Forget all but the lock."""
    for item in folder.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif item.name != "lock":
            item.unlink()


def _check_ports(ports: Ports, words: dict[str, str]) -> None:
    for field in fields(ports):
        port = getattr(ports, field.name)
        if not is_free(port):
            raise DemoError(words["busy"].format(port=port, option=OPTIONS[field.name], free=free_port()))


async def _until_stopped(stack: Stack, words: dict[str, str], *, browser: bool) -> None:
    """Start everything, wait for Ctrl-C or for a program that ends, stop everything."""
    work = asyncio.create_task(_run_demo(stack, words, browser=browser))

    def stop() -> None:
        if (
            not work.cancelling()
        ):  # stopping takes seconds: an impatient second Ctrl-C must not leave half of it running
            print(f"\n{words['stopping']}", flush=True)
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await work
    except asyncio.CancelledError:
        print(words["stopped"].format(folder=stack.folder))


async def _run_demo(stack: Stack, words: dict[str, str], *, browser: bool) -> None:
    async with stack:
        with _print_step(words["simulator"]):
            await stack.start_simulator()
            await weather.prepare_simulator(stack, datetime.now(PARIS))
        with _print_step(words["front_end"]):
            await front_end.build_front_end(stack.folder / "web")
        with _print_step(words["gateway"]):
            await stack.start_gateway()
        if not stack.is_connected:
            with _print_step(words["homes"]):
                for key, point in USAGE_POINTS.items():
                    await stack.add_usage_point(point, words[key], email=front_end.OWNER)
        password = await front_end.set_password(stack)
        with _print_step(words["home_assistant"]):
            client = await stack.start_home_assistant()
        async with client:
            await set_up_home_assistant(stack, client, words, now=datetime.now(UTC))
        async with front_end.serve_login(stack, stack.ports.front_end, password) as pages:
            _print_addresses(stack, words, pages)
            if browser:
                _open_browser(stack.home_assistant.url)
                _open_browser(pages)
            raise await stack.one_ended()


async def set_up_home_assistant(
    stack: Stack, client: HomeAssistantClient, words: dict[str, str], *, now: datetime
) -> None:
    """Bring hours into Home Assistant, and show them."""
    with _print_step(words["integration"]):
        await stack.set_up_integration(client)
    with _print_step(words["history"]):
        complete = await _wait_for_history(client, now - HISTORY, now - NEWEST)
    if not complete:
        print(f"  {words['history_late']}")
    with _print_step(words["dashboard"]):
        await energy.configure_energy(client)
        with suppress(TimeoutError):  # whoever uses the demo may have chosen to be without it
            await dashboard.show_dashboard(client, seconds=OFFER_SECONDS)


async def _wait_for_history(client: HomeAssistantClient, oldest: datetime, newest: datetime) -> bool:
    """Wait until the hours of every home and their cost reach from `oldest` to `newest`; whether they came in time."""
    deadline = time.monotonic() + HISTORY_SECONDS
    while time.monotonic() < deadline:
        if all([await _has_reached(client, series, oldest, newest) for series in ("consumption", "cost")]):
            return True
        await asyncio.sleep(1)
    return False


async def _has_reached(client: HomeAssistantClient, series: str, oldest: datetime, newest: datetime) -> bool:
    ids = await energy.list_statistics(client, series)
    # only both ends: loading every hour would slow the import down
    return len(ids) == len(USAGE_POINTS) and all(
        [
            await energy.load_hours(client, each, newest)
            and await energy.load_hours(client, each, oldest - timedelta(days=7), oldest)
            for each in ids
        ]
    )


@contextmanager
def _print_step(what: str) -> Generator[None]:
    """Say what is being prepared, then how long it took."""
    print(f"• {what} … ", end="", flush=True)
    begin = time.monotonic()
    yield
    print(f"{time.monotonic() - begin:.0f} s", flush=True)


def _print_addresses(stack: Stack, words: dict[str, str], pages: str) -> None:
    print(
        words["ready"].format(
            home_assistant=stack.home_assistant.url,
            dashboard=dashboard.URL_PATH,
            front_end=pages,
            gateway=stack.gateway_url,
            simulator=stack.simulator_url,
            logs=stack.log("*"),
            new_meter=NEW_METER,
            weather=json.dumps({"date": datetime.now(PARIS).date().isoformat(), "levels": [weather.VERY_TENSE] * 24}),
        ),
        flush=True,
    )


def _open_browser(url: str) -> None:
    """Open a browser, where there is a screen."""
    opener = shutil.which("xdg-open")
    if opener and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        subprocess.Popen([opener, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


if __name__ == "__main__":
    sys.exit(main())
