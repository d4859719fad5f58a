"""A setting that is wrong says what to do, and never what it was."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.kit.crypto import Keyring
from gateway.settings import EnedisEnvironment, Settings, explain_errors

SECRET = "s3cret-that-nobody-should-ever-see-0123456789"
RING = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what the test sets."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SECRET_KEY", SECRET)


def explain_refusal() -> str:
    with pytest.raises(ValidationError) as refused:
        Settings()
    words = explain_errors(refused.value)
    assert words
    return words


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "missing"),
        ("hunter2-hunter2", "15 characters.*at least 32"),
        ("x" * 31, "31 characters.*at least 32"),
        ("change-me-in-production", "example"),
        ("kX9vZmYhR3pLwN8qT5uJ2fA7dC1bE6gH", "example"),
    ],
)
def test_a_secret_key_that_is_none(monkeypatch: pytest.MonkeyPatch, key: str, words: str) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    said = explain_refusal()
    assert re.search(words, said)
    assert said.startswith("SECRET_KEY")
    assert "secrets.token_urlsafe(32)" in said
    assert not key or key not in said


def test_no_secret_key_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    assert "SECRET_KEY is missing" in explain_refusal()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://user:hidden@host/db",
        "postgresql://user:hidden@host/db",
        "sqlite:///file.db",
        "postgresql+asyncpg//user:hidden@host",
    ],
)
def test_a_database_url_that_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    said = explain_refusal()
    assert "DATABASE_URL" in said
    assert "sqlite+aiosqlite://" in said
    assert "postgresql+asyncpg://" in said
    assert "hidden" not in said


@pytest.mark.parametrize("password", ["p@ss:hidden", "p@ss:hidden/x", "a:b@c:hidden"])
def test_a_password_with_signs_in_it_is_not_shown(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """Its signs must be percent-encoded; who forgot must be told so, without the password."""
    monkeypatch.setenv("ENCRYPTION_KEYS", RING)
    monkeypatch.setenv("DATABASE_URL", f"postgresql+asyncpg://user:{password}@host/db")
    said = explain_refusal()
    assert "DATABASE_URL" in said
    assert "hidden" not in said


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///"])
def test_a_database_in_memory_is_refused_for_what_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """It would lose everything at each restart, and is no PostgreSQL."""
    monkeypatch.setenv("DATABASE_URL", url)
    said = explain_refusal()
    assert "DATABASE_URL" in said
    assert "PostgreSQL" not in said


@pytest.mark.parametrize(
    "url",
    [
        "host:6379",
        "http://:hidden@host:6379/0",
        "redis://",
        "redis:///0",
        "redis://:hid/den@host:6379/0",
        "redis://:12/hidden@host:6379/0",
        "redis://:hid#den@host:6379/0",
        "redis://:hid?den@host:6379/0",
        "redis://:[hidden@host:6379/0",
        "redis://:hidden@host:port/0",
        "redis://:hidden@host:6379/zero",
        "redis://:hidden@host:6379/0?socket_timeout=hidden",
    ],
)
def test_a_redis_url_that_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    said = explain_refusal()
    assert said.startswith("REDIS_URL must be redis://")
    assert "hid" not in said


@pytest.mark.parametrize("url", ["", "redis://valkey", "redis://user:hidden@valkey:6379/0", "rediss://:hidden@[::1]/2"])
def test_a_redis_url_shows_no_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert Settings().redis_url.get_secret_value() == url
    assert "hidden" not in repr(Settings())


@pytest.mark.parametrize("ring", ["k1", "k1:short", RING.removeprefix("k1:"), f"{RING},{RING}", f"{RING};"])
def test_encryption_keys_that_are_malformed(monkeypatch: pytest.MonkeyPatch, ring: str) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", ring)
    said = explain_refusal()
    assert said.startswith("ENCRYPTION_KEYS must")
    assert RING[4:14] not in said


def test_postgresql_needs_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://user:hidden@host/db")
    said = explain_refusal()
    assert "ENCRYPTION_KEYS is needed" in said
    assert "gateway keys new" in said
    assert "hidden" not in said
    monkeypatch.setenv("ENCRYPTION_KEYS", RING)
    assert Settings().load_keyring() == Keyring.parse_keyring(RING)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENEDIS_RATE_LIMIT", "0"),
        ("ENEDIS_RATE_LIMIT", "6"),
        ("ENEDIS_RATE_LIMIT", "fast"),
        ("ENEDIS_ENVIRONMENT", "test"),
        ("USER_DAILY_LIMIT_NO_CACHE", "0"),
        ("DEBUG", "perhaps"),
    ],
)
def test_a_value_out_of_range_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert explain_refusal().startswith(name)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"REQUIRE_EMAIL_VERIFICATION": "true"}, "REQUIRE_EMAIL_VERIFICATION needs MAILGUN_API_KEY"),
        ({"REQUIRE_CAPTCHA": "true"}, "REQUIRE_CAPTCHA needs TURNSTILE_SECRET_KEY"),
        ({"MAILGUN_API_KEY": "hidden"}, "MAILGUN_API_KEY, MAILGUN_DOMAIN and MAILGUN_FROM_EMAIL go together"),
    ],
)
def test_what_is_required_must_be_possible(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str) -> None:
    """Or nobody could sign up."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    said = explain_refusal()
    assert words in said
    assert "hidden" not in said


@pytest.mark.parametrize(
    "name",
    [
        "BACKEND_URL",
        "FRONTEND_URL",
        "ENEDIS_BASE_URL",
        "ENEDIS_AUTHORIZE_URL",
        "RTE_BASE_URL",
        "RTE_OPEN_DATA_URL",
        "MAILGUN_API_BASE_URL",
        "TURNSTILE_BASE_URL",
    ],
)
@pytest.mark.parametrize(
    "value",
    ["energy.example.org", "https://energy example.org", "ftp://energy.example.org", "https://", "https://a:b", "//a"],
)
def test_an_address_that_is_none_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert f"{name}: must be the address of a site, such as https://" in explain_refusal()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METRICS_HOST", "not a host"),
        ("TRUSTED_PROXIES", "caddy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "127.0.0.1, the proxy"),
        ("ADMIN_EMAILS", "somebody"),
        ("ADMIN_EMAILS", "a@example.org b@example.org"),
        ("ENEDIS_CLIENT_ID", "an-id-without-its-secret"),
        ("RTE_CLIENT_ID", "an-id-without-its-secret"),
    ],
)
def test_what_would_be_taken_for_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    said = explain_refusal()
    assert name in said
    assert value not in said


def test_addresses_are_read_as_they_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_URL", "HTTPS://Energy.example.org/api/")
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1, 172.16.0.0/12,::1")
    monkeypatch.setenv("ADMIN_EMAILS", "a@example.org, b@example.org,")
    settings = Settings()
    assert settings.backend_url == "https://Energy.example.org/api"
    assert settings.is_https, "its cookies are sent by https only"


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "short")
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    assert [line.split()[0].rstrip(":") for line in explain_refusal().splitlines()] == ["DATABASE_URL", "SECRET_KEY"]


def test_an_empty_setting_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENEDIS_ENVIRONMENT", "")
    monkeypatch.setenv("ENEDIS_BASE_URL", "")
    found = Settings()
    assert found.enedis_environment is EnedisEnvironment.PRODUCTION
    assert found.enedis_url == "https://gw.ext.prod.api.enedis.fr"


def test_the_keys_of_sqlite_are_made_once_for_their_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/gateway.db")
    made = Settings().load_keyring()
    assert Settings().load_keyring() == made
    assert (tmp_path / "new" / "gateway.keys").stat().st_mode & 0o777 == 0o600


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", RING)
    monkeypatch.setenv("ENEDIS_CLIENT_SECRET", "hidden")
    shown = f"{Settings()!r} {Settings()}"
    for secret in (SECRET, RING, "hidden"):
        assert secret not in shown


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/oauth/callback", "https://me.example/callback", "me.example/oauth/callback"]
)
def test_a_redirect_uri_that_does_not_lead_here_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("BACKEND_URL", "https://me.example/api")
    monkeypatch.setenv("ENEDIS_REDIRECT_URI", address)
    assert "ENEDIS_REDIRECT_URI must be https://me.example/oauth/callback" in explain_refusal()
    monkeypatch.setenv("ENEDIS_REDIRECT_URI", "https://me.example/oauth/callback")
    assert Settings().enedis_redirect_uri


def test_a_slash_at_the_end_of_an_address_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKEND_URL", "https://me.example/api/")
    monkeypatch.setenv("FRONTEND_URL", "https://me.example/")
    assert (Settings().backend_url, Settings().frontend_url) == ("https://me.example/api", "https://me.example")
