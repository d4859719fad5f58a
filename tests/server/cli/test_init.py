"""One's own gateway without a web page: `gateway init` and `reset-password`, as processes of their own."""

import re
import subprocess
from pathlib import Path

import pytest

from gateway.settings import EnedisEnvironment, Settings
from scripts.lib.program import free_port
from tests.server.accounts.conftest import fetch_bearer, log_in
from tests.server.cli.conftest import ADMIN, NEW_PASSWORD, PASSWORD, Shell
from tests.server.conftest import SetClock, Simulator, run_gateway


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
    assert "Enedis" not in done.stdout.split("shown only once")[1].replace("POST", ""), (
        "its token was given: nothing to do"
    )
    for secret in (found[2], PASSWORD, "simulator-enedis-secret"):
        assert secret not in done.stderr, "the log"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = settings_of(file)
    assert len(kept["SECRET_KEY"]) == 43
    assert kept["ADMIN_EMAILS"] == ADMIN
    shell.env |= kept
    well = shell.run("doctor", "--port", str(free_port()))
    assert (well.returncode, "wrong" in well.stdout) == (0, False), well.stdout
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
    for name in ("ENEDIS_CLIENT_ID", "ENEDIS_CLIENT_SECRET", "RTE_CLIENT_ID", "RTE_CLIENT_SECRET", "BACKEND_URL"):
        del shell.env[name]
    code, seen = shell.talk(
        "init",
        answers=[
            ("Your e-mail address", ADMIN),
            ("A new file for the settings", "own.env"),
            ("Address at which browsers and Home Assistant reach the gateway", "gateway.example.org"),
            ("such as https://energy.example.org", "https://gateway.example.org/api"),
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
    assert settings_of(shell.folder / "own.env")["BACKEND_URL"] == "https://gateway.example.org/api"
    [line] = [line for line in seen.splitlines() if "gateway serve" in line]
    said = line.removeprefix("To do: ").replace("gateway serve", "echo $SECRET_KEY")
    done = subprocess.run(["/bin/dash", "-c", said], capture_output=True, text=True, check=False, cwd="/")
    assert (done.returncode, len(done.stdout)) == (0, 44), "any shell takes the line, in any folder"
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
    assert "cannot be written" in done.stderr
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
    assert "To do: Enedis rejects ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET" in done.stdout
    assert "To do: RTE_CLIENT_ID is not set" in done.stdout
    assert "a-wrong-one" not in done.stdout + done.stderr


def test_nobody_to_reset(shell: Shell) -> None:
    shell.env["SECRET_KEY"] = "k" * 43
    done = shell.run("reset-password", "--email", "nobody@example.org", given=f"{PASSWORD}\n")
    assert done.returncode == 1
    assert "No account" in done.stderr
