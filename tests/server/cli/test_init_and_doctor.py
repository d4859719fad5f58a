"""One's own gateway without a web page: `gateway init`, `doctor` and `reset-password`, as processes of their own."""

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.settings import EnedisEnvironment, Settings
from tests.server.accounts.conftest import StandIn, fetch_bearer, log_in
from tests.server.accounts.conftest import mailgun as mailgun_fixture
from tests.server.conftest import SetClock, Simulator, run_gateway

mailgun = mailgun_fixture

PASSWORD, NEW_PASSWORD = "seven green turtles on a roof", "nine quiet lamps beside rivers"
ADMIN = "owner@example.org"


@dataclass
class Shell:
    """A folder and an environment to run commands in."""

    folder: Path
    env: dict[str, str]

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "gateway"), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, input=given, capture_output=True, text=True, check=False, timeout=60
        )

    def talk(self, *arguments: str, answers: list[tuple[str, str]]) -> tuple[int, str]:
        """Run a command at a terminal of its own, answer what it asks; return how it ended, and what was seen."""
        ours, theirs = pty.openpty()
        command = [str(Path(sys.executable).parent / "gateway"), *arguments]
        # without a session of its own it would ask for passwords at the terminal of whoever runs the tests
        with subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        ) as running:
            os.close(theirs)
            try:
                seen, told = "", 0
                for prompt, answer in answers:
                    while prompt not in seen[told:]:
                        more = _read_terminal(ours)
                        assert more, f"{prompt} was not asked: {seen}"
                        seen += more
                    told = len(seen)
                    if _HIDDEN.search(prompt):
                        _until_hidden(ours)
                    os.write(ours, f"{answer}\n".encode())
                while more := _read_terminal(ours):
                    seen += more
            except BaseException:
                running.kill()
                raise
        os.close(ours)
        return running.returncode, seen


_HIDDEN = re.compile("Password|Repeat|secret")


def _until_hidden(terminal: int) -> None:
    """Wait until nothing that is typed is shown: what comes before is thrown away."""
    deadline = time.monotonic() + 60
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < deadline, "a secret would be shown"
        time.sleep(0.01)


def _read_terminal(terminal: int) -> str:
    """Return what a terminal shows next, nothing at its end."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                return os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # how Linux says that the other side has closed
                return ""
    raise TimeoutError("the command neither asks nor ends")


@pytest.fixture
def shell(tmp_path: Path, simulator: Simulator) -> Shell:
    names = {name.upper() for name in Settings.model_fields}
    env = {name: value for name, value in os.environ.items() if name not in names}
    env |= {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data/gateway.db",
        "ENEDIS_ENVIRONMENT": "simulator",
        "ENEDIS_BASE_URL": simulator.url,
        "RTE_BASE_URL": simulator.url,
        "ENEDIS_CLIENT_ID": "simulator-enedis",
        "ENEDIS_CLIENT_SECRET": "simulator-enedis-secret",
        "RTE_CLIENT_ID": "simulator-rte",
        "RTE_CLIENT_SECRET": "simulator-rte-secret",
    }
    return Shell(tmp_path, env)


def settings_of(file: Path) -> dict[str, str]:
    return dict(line.replace("'", "").split("=", 1) for line in file.read_text().splitlines())


async def test_from_nothing_to_a_gateway_that_home_assistant_signs_in_to(
    shell: Shell, clock: SetClock, simulator: Simulator
) -> None:
    file = shell.folder / "gateway.env"
    done = shell.run("init", "--email", ADMIN, "--env-file", str(file), given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    found = re.search(r"Client id: +(\S+)\nClient secret: (\S+) ", done.stdout)
    assert found
    assert "To do: in Home Assistant" in done.stdout
    assert "Enedis" not in done.stdout.split("shown this once")[1].replace("POST", ""), (
        "its token was given: nothing to do"
    )
    for secret in (found[2], PASSWORD, "simulator-enedis-secret"):
        assert secret not in done.stderr, "the log"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = settings_of(file)
    assert len(kept["SECRET_KEY"]) == 43
    assert kept["ADMIN_EMAILS"] == ADMIN
    shell.env |= kept
    well = shell.run("doctor")
    assert (well.returncode, well.stdout.count("ok ")) == (0, 8), well.stdout
    again = shell.run("init", "--email", ADMIN, "--env-file", str(file), given=f"{PASSWORD}\n")
    assert again.returncode == 2
    assert "exists" in again.stderr

    renewed = shell.run("reset-password", "--email", f" {ADMIN.upper()}", given=f"{NEW_PASSWORD}\n")
    assert renewed.returncode == 0, renewed.stderr
    settings = Settings(
        database_url=kept["DATABASE_URL"],
        secret_key=kept["SECRET_KEY"],
        admin_emails=kept["ADMIN_EMAILS"],
        enedis_environment=EnedisEnvironment.SIMULATOR,
        enedis_base_url=simulator.url,
        rte_open_data_url=simulator.url,
    )
    async with run_gateway(settings, clock) as gateway:
        assert await fetch_bearer(gateway, (found[1], found[2]))
        browser = gateway.new_browser()
        assert (await log_in(browser, ADMIN, PASSWORD)).status_code == 401
        assert (await log_in(browser, ADMIN, NEW_PASSWORD)).status_code == 204
        assert (await browser.get("/v1/admin/upstreams")).status_code == 200, "the first admin is verified"


def test_at_a_terminal_init_asks_for_all_that_is_not_set(shell: Shell) -> None:
    for name in ("ENEDIS_CLIENT_ID", "ENEDIS_CLIENT_SECRET", "RTE_CLIENT_ID", "RTE_CLIENT_SECRET"):
        del shell.env[name]
    code, seen = shell.talk(
        "init",
        answers=[
            ("Your e-mail address", ADMIN),
            ("A new file for the settings", "own.env"),
            ("Enedis: client id (Enter: later)", "simulator-enedis"),
            ("Enedis: client secret (Enter: later)", "simulator-enedis-secret"),
            ("RTE: client id (Enter: later)", ""),
            ("RTE: client secret (Enter: later)", ""),
            ("Password (12 characters or more)", PASSWORD),
            ("Repeat for confirmation", NEW_PASSWORD),
            ("Password (12 characters or more)", PASSWORD),
            ("Repeat for confirmation", PASSWORD),
        ],
    )
    assert code == 0, seen
    assert "do not match" in seen
    assert "Client secret: meds_" in seen
    assert "To do: RTE_CLIENT_ID is not set" in seen
    assert "To do: Enedis" not in seen, "its token was given"
    assert ". own.env;" in seen
    for secret in (PASSWORD, NEW_PASSWORD, "simulator-enedis-secret"):
        assert secret not in seen, "what is typed there is hidden"
    kept = settings_of(shell.folder / "own.env")
    assert kept["ENEDIS_CLIENT_SECRET"] == "simulator-enedis-secret"
    assert "RTE_CLIENT_ID" not in kept

    shell.env |= kept
    code, seen = shell.talk(
        "reset-password",
        answers=[
            ("E-mail address", ADMIN),
            ("Password (12 characters or more)", NEW_PASSWORD),
            ("Repeat for confirmation", NEW_PASSWORD),
        ],
    )
    assert (code, "The password is set." in seen, NEW_PASSWORD in seen) == (0, True, False), seen


def test_a_file_that_can_not_be_written_is_said_before_anything_is_made(shell: Shell) -> None:
    done = shell.run("init", "--email", ADMIN, "--env-file", "no/such/folder.env", given=f"{PASSWORD}\n")
    assert done.returncode == 2
    assert "can not be written" in done.stderr
    assert list(shell.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("email", "given", "words"),
    [
        ("nonsense", f"{PASSWORD}\n", "not an email address"),
        (ADMIN, "short\n", "password has 12"),
        (ADMIN, "", "password has 12"),
    ],
)
def test_init_says_what_will_not_do_and_does_nothing(shell: Shell, email: str, given: str, words: str) -> None:
    done = shell.run("init", "--email", email, "--env-file", "new.env", given=given)
    assert done.returncode == 2
    assert words in done.stderr
    assert list(shell.folder.iterdir()) == []


def test_without_a_file_init_does_not_make_a_key_that_would_be_lost(shell: Shell) -> None:
    done = shell.run("init", "--email", ADMIN, given=f"{PASSWORD}\n")
    assert done.returncode == 2
    assert "--env-file" in done.stderr


def test_init_names_credentials_that_are_refused(shell: Shell) -> None:
    shell.env |= {"ENEDIS_CLIENT_SECRET": "a-wrong-one", "RTE_CLIENT_ID": ""}
    done = shell.run("init", "--email", ADMIN, "--env-file", "new.env", given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert "To do: Enedis does not take ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET" in done.stdout
    assert "To do: RTE_CLIENT_ID is not set" in done.stdout
    assert "a-wrong-one" not in done.stdout + done.stderr


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(shell: Shell) -> None:
    assert "SECRET_KEY is missing" in shell.run("doctor").stderr
    shell.env |= {
        "SECRET_KEY": "k" * 43,
        "BACKEND_URL": "http://gateway.example.org",
        "RTE_CLIENT_SECRET": "a-wrong-one",
        "ENEDIS_BASE_URL": "http://127.0.0.1:9",
    }
    before = shell.run("doctor")
    assert before.returncode == 1
    assert "gateway migrate" in before.stdout
    shell.run("migrate")
    found = shell.run("doctor")
    assert found.returncode == 1
    for words in ("BACKEND_URL is http", "ADMIN_EMAILS is empty", "Enedis does not answer", "RTE does not take"):
        assert words in found.stdout, found.stdout
    assert "5 to mend" not in found.stdout
    assert "4 to mend" in found.stdout
    keys = next(shell.folder.glob("data/*.keys"))
    keys.write_text("k1:" + "A" * 43)
    assert "ENCRYPTION_KEYS" in shell.run("doctor").stdout


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"REQUIRE_CAPTCHA": "true", "TURNSTILE_SECRET_KEY": "x"}, "TURNSTILE_SITE_KEY is empty"),
        ({"ADMIN_EMAILS": "nobody@example.org"}, "none of ADMIN_EMAILS has a verified account"),
        ({"ENEDIS_CLIENT_ID": ""}, "ENEDIS_CLIENT_ID is not set"),
        ({"ENEDIS_CLIENT_SECRET": "a-wrong-one"}, "Enedis does not take ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET"),
        ({"RTE_CLIENT_ID": ""}, "RTE_CLIENT_ID is not set"),
        ({"RTE_BASE_URL": "http://127.0.0.1:9"}, "RTE does not answer now"),
        ({"REDIS_URL": "redis://:hidden@127.0.0.1:9/0"}, "check REDIS_URL"),
    ],
)
def test_the_doctor_finds_the_one_thing_that_is_wrong(shell: Shell, changed: dict[str, str], words: str) -> None:
    shell.env |= {"SECRET_KEY": "k" * 43, "ADMIN_EMAILS": ADMIN}
    assert shell.run("init", "--email", ADMIN, given=f"{PASSWORD}\n").returncode == 0
    shell.env |= changed
    found = shell.run("doctor")
    assert found.returncode == 1
    assert words in found.stdout
    assert "\n1 to mend." in found.stdout, found.stdout
    for secret in ("a-wrong-one", "hidden"):
        assert secret not in found.stdout + found.stderr


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "ok    mail"),
        (401, "does not take MAILGUN_API_KEY"),
        (404, "MAILGUN_DOMAIN there: check it, and the region in MAILGUN_API_BASE_URL"),
        (503, "Mailgun does not answer now"),
    ],
)
async def test_the_doctor_asks_mailgun_and_sends_nothing(
    shell: Shell, mailgun: StandIn, status: int, words: str
) -> None:
    mailgun.status = status
    shell.env |= {
        "SECRET_KEY": "k" * 43,
        "MAILGUN_API_KEY": "hidden",
        "MAILGUN_DOMAIN": "mail.example.org",
        "MAILGUN_FROM_EMAIL": "noreply@mail.example.org",
        "MAILGUN_API_BASE_URL": f"{mailgun.url}/v3",
    }
    await asyncio.to_thread(shell.run, "migrate")
    found = await asyncio.to_thread(shell.run, "doctor")
    assert words in found.stdout, found.stdout
    assert "hidden" not in found.stdout + found.stderr
    [asked] = mailgun.requests
    assert asked["path"] == "/v3/mail.example.org/messages"
    assert "to" not in asked["form"]


def test_the_doctor_meets_a_database_that_does_not_answer(shell: Shell) -> None:
    shell.env |= {
        "SECRET_KEY": "k" * 43,
        "DATABASE_URL": "postgresql+asyncpg://gateway:hidden@127.0.0.1:9/gateway",
        "ENCRYPTION_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    }
    found = shell.run("doctor")
    assert found.returncode == 1
    assert "check DATABASE_URL" in found.stdout
    assert "hidden" not in found.stdout + found.stderr


def test_nobody_to_reset(shell: Shell) -> None:
    shell.env["SECRET_KEY"] = "k" * 43
    done = shell.run("reset-password", "--email", "nobody@example.org", given=f"{PASSWORD}\n")
    assert done.returncode == 1
    assert "No account" in done.stderr
