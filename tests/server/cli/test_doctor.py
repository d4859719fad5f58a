"""`gateway doctor`: each wrong setting is one line that names it and the fix, from a real process."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, text

from gateway.cli.reach import is_on_lan
from scripts.lib.program import free_port
from tests.server.accounts.conftest import StandIn
from tests.server.accounts.conftest import mailgun as mailgun_fixture
from tests.server.accounts.conftest import turnstile as turnstile_fixture
from tests.server.cli.conftest import ADMIN, PASSWORD, Shell, serving
from tests.server.threaded_server import serve_in_thread

mailgun, turnstile = mailgun_fixture, turnstile_fixture


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(shell: Shell) -> None:
    assert "SECRET_KEY is missing" in shell.run("doctor").stderr
    shell.env |= {
        "SECRET_KEY": "k" * 43,
        "BACKEND_URL": "http://gateway.example.org",
        "RTE_CLIENT_SECRET": "a-wrong-one",
        "ENEDIS_BASE_URL": "http://127.0.0.1:9",
    }
    port = str(free_port())
    before = shell.run("doctor", "--port", port)
    assert before.returncode == 1
    assert "gateway migrate" in before.stdout
    shell.run("migrate")
    found = shell.run("doctor", "--port", port)
    assert found.returncode == 1
    for words in ("BACKEND_URL is http", "ADMIN_EMAILS is empty", "Enedis does not answer", "RTE rejects"):
        assert words in found.stdout, found.stdout
    assert "5 to fix" not in found.stdout
    assert "4 to fix" in found.stdout
    keys = next(shell.folder.glob("data/*.keys"))
    keys.write_text("k1:" + "A" * 43)
    assert "ENCRYPTION_KEYS" in shell.run("doctor").stdout


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"REQUIRE_CAPTCHA": "true", "TURNSTILE_SECRET_KEY": "x"}, "TURNSTILE_SITE_KEY is empty"),
        ({"ADMIN_EMAILS": "nobody@example.org"}, "none of ADMIN_EMAILS has a verified account"),
        ({"ENEDIS_CLIENT_ID": ""}, "ENEDIS_CLIENT_ID is not set"),
        ({"ENEDIS_CLIENT_SECRET": "a-wrong-one"}, "Enedis rejects ENEDIS_CLIENT_ID and ENEDIS_CLIENT_SECRET"),
        ({"RTE_CLIENT_ID": ""}, "RTE_CLIENT_ID is not set"),
        ({"RTE_BASE_URL": "http://127.0.0.1:9"}, "RTE does not answer at the moment"),
        ({"REDIS_URL": "redis://:hidden@127.0.0.1:9/0"}, "check REDIS_URL"),
    ],
)
def test_the_doctor_finds_the_one_thing_that_is_wrong(shell: Shell, changed: dict[str, str], words: str) -> None:
    shell.env |= {"SECRET_KEY": "k" * 43, "ADMIN_EMAILS": ADMIN}
    assert shell.run("init", "--email", ADMIN, given=f"{PASSWORD}\n").returncode == 0
    shell.env |= changed
    found = shell.run("doctor", "--port", str(free_port()))
    assert found.returncode == 1
    assert words in found.stdout
    assert "\n1 to fix." in found.stdout, found.stdout
    for secret in ("a-wrong-one", "hidden"):
        assert secret not in found.stdout + found.stderr


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "ok    mail"),
        (401, "rejects MAILGUN_API_KEY"),
        (404, "MAILGUN_DOMAIN there: check it, and the region in MAILGUN_API_BASE_URL"),
        (503, "Mailgun does not answer at the moment"),
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


@pytest.fixture
def healthy(shell: Shell) -> Shell:
    """A gateway that `gateway init` has set up, and in which the doctor finds nothing."""
    shell.env |= {"SECRET_KEY": "k" * 43, "ADMIN_EMAILS": ADMIN, "BACKEND_URL": "http://127.0.0.1:9"}
    assert shell.run("init", "--email", ADMIN, given=f"{PASSWORD}\n").returncode == 0
    return shell


def find_problem(shell: Shell, port: int, **changed: str) -> str:
    """Return the one line of what the doctor finds wrong; an empty text if it finds nothing."""
    shell.env |= changed
    found = shell.run("doctor", "--port", str(port))
    assert "Traceback" not in found.stderr
    wrong = [line for line in found.stdout.splitlines() if line.startswith("wrong")]
    assert found.returncode == bool(wrong), found.stdout + found.stderr
    assert len(wrong) <= 1, found.stdout
    return wrong[0] if wrong else ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"BACKEND_URL": "gateway.example.org"}, "BACKEND_URL: must be the address of a site, such as https://"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters, it needs at least 32"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////proc/nothing/gateway.db"}, "/proc/nothing/gateway.db cannot be used"),
        ({"DATABASE_URL": f"sqlite+aiosqlite:///{Path(__file__)}"}, "test_doctor.py is not a database"),
        ({"TRUSTED_PROXIES": "caddy"}, "TRUSTED_PROXIES: must be addresses or networks"),
        ({"ENEDIS_REDIRECT_URI": "http://localhost/other"}, "ENEDIS_REDIRECT_URI must be"),
        ({"REQUIRE_CAPTCHA": "true"}, "REQUIRE_CAPTCHA needs TURNSTILE_SECRET_KEY"),
    ],
)
def test_a_setting_that_is_refused_is_named_at_once(shell: Shell, changed: dict[str, str], words: str) -> None:
    shell.env |= {"SECRET_KEY": "k" * 43} | changed
    found = shell.run("doctor")
    [line] = [line for line in found.stderr.splitlines() if line != "The gateway cannot start:"]
    assert (found.returncode, words in line) == (2, True), line


@pytest.mark.parametrize(
    ("host", "lan"),
    [
        ("192.168.1.20", True),
        ("fd00::7", True),
        ("127.0.0.1", True),
        ("localhost", True),
        ("homeassistant.local", True),
        ("gateway.fritz.box", True),
        ("100.101.102.103", True),
        ("gateway.example.org", False),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
    ],
)
def test_http_is_accepted_on_a_lan_only(host: str, lan: bool) -> None:
    assert is_on_lan(host) == lan


type Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[int]:
    """Run a server that answers each path as told; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_HEAD = do_POST = do_GET  # noqa: N815 - as http.server calls it

    with serve_in_thread(Handler) as port:
        yield port


def pass_on(port: int, *only: str) -> Callable[[str], Answer]:
    """Answer as a proxy does: what the gateway at a port says, or 404 for paths that are not passed on."""

    def answer(path: str) -> Answer:
        if only and path not in only:
            return 404, {}, b"no such page"
        passed = httpx2.get(f"http://127.0.0.1:{port}{path}", headers={"X-Forwarded-For": "198.51.100.7"}, timeout=200)
        return passed.status_code, {"X-Request-ID": passed.headers["x-request-id"]}, passed.content

    return answer


def test_a_port_that_another_program_uses(healthy: Shell) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert "--host and --port: the gateway cannot listen at" in find_problem(healthy, other.getsockname()[1])


def test_its_own_port_is_in_use_by_itself_and_its_address_leads_to_it(healthy: Shell) -> None:
    port, second = free_port(), free_port()
    with serving(healthy, port):
        assert find_problem(healthy, port, BACKEND_URL=f"http://127.0.0.1:{port}") == ""
        other = Shell(healthy.folder, healthy.env | {"DATABASE_URL": f"sqlite+aiosqlite:///{healthy.folder}/other.db"})
        assert other.run("init", "--email", ADMIN, given=f"{PASSWORD}\n").returncode == 0
        assert "leads to another gateway" in find_problem(other, second)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "something else (status 404)"), (200, "something else (status 200)")]
)
def test_an_address_at_which_no_gateway_answers(healthy: Shell, status: int, words: str) -> None:
    with answering(lambda _: (status, {}, b"<html>")) as port:
        assert words in find_problem(healthy, free_port(), BACKEND_URL=f"http://127.0.0.1:{port}/api")


def test_a_proxy_that_is_not_trusted(healthy: Shell) -> None:
    port = free_port()
    with serving(healthy, port), answering(pass_on(port)) as proxy:
        line = find_problem(healthy, port, BACKEND_URL=f"http://127.0.0.1:{proxy}")
        assert "TRUSTED_PROXIES does not name the proxy" in line
    with serving(healthy, port, TRUSTED_PROXIES="127.0.0.1"), answering(pass_on(port)) as proxy:
        assert find_problem(healthy, port, BACKEND_URL=f"http://127.0.0.1:{proxy}") == ""


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("Mon, 01 Jan 2024 00:00:00 GMT", "days ahead of RTE's: synchronise it with NTP"),
        ("Fri, 01 Jan 2106 00:00:00 GMT", "days behind RTE's: synchronise it with NTP"),
    ],
)
def test_a_clock_that_is_off(healthy: Shell, date: str, words: str) -> None:
    token = b'{"access_token": "token", "token_type": "Bearer", "expires_in": 7200}'
    with answering(lambda _: (200, {"Date": date}, token)) as port:
        line = find_problem(healthy, free_port(), RTE_BASE_URL=f"http://127.0.0.1:{port}")
    assert words in line


def test_a_callback_that_the_proxy_leads_elsewhere(healthy: Shell) -> None:
    port = free_port()
    with serving(healthy, port, TRUSTED_PROXIES="127.0.0.1"), answering(pass_on(port, "/ping")) as proxy:
        line = find_problem(healthy, port, BACKEND_URL=f"http://127.0.0.1:{proxy}")
    assert f"http://127.0.0.1:{proxy}/oauth/callback does not lead to the gateway (status 404)" in line


def test_a_callback_that_enedis_has_otherwise(healthy: Shell) -> None:
    """Enedis does not tell which address it has, but nobody who goes there comes back."""
    engine = create_engine(f"sqlite:///{healthy.folder}/data/gateway.db")
    consent = text(
        "INSERT INTO consents (id, account_id, point_id, prm_sealed, created_at, expires_at, status, checks) "
        "SELECT :id, id, 'p', x'00', :day, :day, 'pending', 0 FROM accounts"
    )
    state = text(
        "INSERT INTO consent_states (state_hash, consent_id, browser_hash, created_at) VALUES (:id, :id, x'00', :day)"
    )
    with engine.begin() as connection:
        for number in ("1", "2"):
            values = {"id": number, "day": f"2026-01-0{number} 00:00:00.000000"}
            connection.execute(consent, values)
            connection.execute(state, values)
    line = find_problem(healthy, free_port())
    assert "has exactly http://127.0.0.1:9/oauth/callback as its redirect URI" in line
    with engine.begin() as connection:
        connection.execute(text("UPDATE consents SET returned_at = created_at WHERE id = '2'"))
    assert find_problem(healthy, free_port()) == "", "somebody came back"
    engine.dispose()


@pytest.mark.parametrize(
    ("secret", "site_key", "verdict", "words"),
    [
        ("0x4real", "0x4site", {"success": False, "error-codes": ["invalid-input-secret"]}, "copy it again, whole"),
        ("0x4real", "0x4site", {"success": False, "error-codes": ["invalid-input-response"]}, ""),
        ("1x0000000000000000000000000000000AA", "0x4site", {"success": True}, "is Cloudflare's for tests"),
        ("0x4same", "0x4same", {"success": False}, "are the same: nobody passes"),
    ],
)
async def test_a_captcha_that_nobody_could_pass(
    healthy: Shell, turnstile: StandIn, secret: str, site_key: str, verdict: dict[str, object], words: str
) -> None:
    turnstile.answer = json.dumps(verdict).encode()
    changed = {"TURNSTILE_SECRET_KEY": secret, "TURNSTILE_SITE_KEY": site_key, "TURNSTILE_BASE_URL": turnstile.url}
    line = await asyncio.to_thread(find_problem, healthy, free_port(), **changed)
    assert (words in line, secret in line) == (True, False)
    assert bool(line) == bool(words)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, ""),
        (401, "the collector rejects the credentials (status 401): correct OTEL_EXPORTER_OTLP_HEADERS"),
        (404, "OTEL_EXPORTER_OTLP_ENDPOINT does not take traces (status 404)"),
        (302, "OTEL_EXPORTER_OTLP_ENDPOINT does not take traces (status 302)"),
    ],
)
def test_a_collector_that_takes_no_traces(healthy: Shell, status: int, words: str) -> None:
    with answering(lambda path: (status if path == "/v1/traces" else 404, {"Location": "/"}, b"")) as port:
        line = find_problem(
            healthy,
            free_port(),
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://user:hidden@127.0.0.1:{port}",
            OTEL_EXPORTER_OTLP_HEADERS="api-key=hidden",
            NO_PROXY="127.0.0.1",
        )
    assert words in line
    assert bool(line) == bool(words)
    assert "hidden" not in line


@pytest.mark.parametrize("endpoint", ["http://user:hidden@127.0.0.1:9", "hidden:4318"])
def test_a_collector_that_is_not_there(healthy: Shell, endpoint: str) -> None:
    healthy.env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "NO_PROXY": "127.0.0.1"}
    found = healthy.run("doctor", "--port", str(free_port()))
    [line] = [line for line in found.stdout.splitlines() if line.startswith("wrong")]
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in line
    assert (found.returncode, found.stderr) == (1, "")
    assert "hidden" not in found.stdout
