"""All settings, from environment variables; docs/configuration.md documents them."""

import base64
import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gateway import __version__
from gateway.kit.crypto import Keyring
from gateway.kit.urls import check_host, check_proxies, check_url

_PUBLISHED_KEYS = frozenset({"change-me-in-production", "kX9vZmYhR3pLwN8qT5uJ2fA7dC1bE6gH"})
_HOW_TO_MAKE_A_KEY = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
_DATABASES = ("sqlite+aiosqlite", "postgresql+asyncpg")


class EnedisEnvironment(StrEnum):
    """The Enedis environment that the gateway uses."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"
    SIMULATOR = "simulator"


class LogLevel(StrEnum):
    """The lowest level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_AUTHORIZE_PATH = "/dataconnect/v2/oauth2/authorize"
_AUTHORIZE_URL = f"https://mon-compte-particulier.enedis.fr{_AUTHORIZE_PATH}"
_ENEDIS_URLS = {
    EnedisEnvironment.SANDBOX: "https://gw.ext.prod-sandbox.api.enedis.fr",
    EnedisEnvironment.PRODUCTION: "https://gw.ext.prod.api.enedis.fr",
    EnedisEnvironment.SIMULATOR: "http://127.0.0.1:8010",
}


_Site = Annotated[str, AfterValidator(check_url)]
"""A base URL, to which paths are appended."""


class Settings(BaseSettings):
    """The settings from environment variables; an empty variable means the default."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: str = "sqlite+aiosqlite:///./data/myelectricaldata.db"
    debug: bool = False
    log_level: LogLevel = LogLevel.INFO
    debug_sql: bool = False
    secret_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    encryption_keys: SecretStr = SecretStr("")
    backend_url: _Site = "http://localhost:8000"
    frontend_url: _Site = ""
    advertise: bool = False
    site_name: Annotated[str, Field(max_length=60)] = "MyElectricalData"
    site_operator: Annotated[str, Field(max_length=200)] = ""
    site_contact: str = ""
    frame_ancestors: str = ""

    redis_url: SecretStr = SecretStr("")

    enedis_client_id: str = ""
    enedis_client_secret: SecretStr = SecretStr("")
    enedis_redirect_uri: str = ""
    enedis_environment: EnedisEnvironment = EnedisEnvironment.PRODUCTION
    enedis_base_url: _Site = ""
    enedis_authorize_url: _Site = ""
    enedis_rate_limit: float = Field(default=5, gt=0, le=5)

    rte_client_id: str = ""
    rte_client_secret: SecretStr = SecretStr("")
    rte_base_url: _Site = "https://digital.iservices.rte-france.com"
    rte_open_data_url: _Site = "https://www.services-rte.com"
    rte_open_data_user_agent: str = f"Mozilla/5.0 (compatible; MyElectricalData-gateway/{__version__})"

    legacy_clients: bool = False

    offers_url: str = ""
    offers_digest: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    offers_public_key: str = ""

    user_daily_limit_no_cache: int = Field(default=50, ge=1)
    user_daily_limit_with_cache: int = Field(default=1000, ge=1)
    cache_ttl_seconds: int = Field(default=86400, ge=60)
    kept_answers_mib: int = Field(default=8, ge=0, le=4096)
    kept_answers_seconds: int = Field(default=3600, ge=1, le=86400)
    archive_retention_days: int = Field(default=1095, ge=1, le=36500)

    mailgun_api_key: SecretStr = SecretStr("")
    mailgun_domain: str = ""
    mailgun_from_email: str = ""
    mailgun_api_base_url: _Site = "https://api.eu.mailgun.net/v3"
    require_email_verification: bool = False
    turnstile_secret_key: SecretStr = SecretStr("")
    turnstile_site_key: str = ""
    turnstile_base_url: _Site = "https://challenges.cloudflare.com"
    require_captcha: bool = False
    admin_emails: str = ""

    trusted_proxies: Annotated[str, AfterValidator(check_proxies)] = ""
    ingress_proxy: str = ""
    ingress_account: str = "household@home-assistant.local"
    backup_every: int = Field(default=0, ge=0, le=720)
    backup_keep: int = Field(default=7, ge=1)
    backup_folder: str = ""
    metrics_host: Annotated[str, AfterValidator(check_host)] = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    @field_validator("secret_key")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not text:
            raise ValueError(f"SECRET_KEY is missing: it signs the tokens; {_HOW_TO_MAKE_A_KEY}")
        if text in _PUBLISHED_KEYS:
            raise ValueError(f"SECRET_KEY is a published example; {_HOW_TO_MAKE_A_KEY}")
        if len(text) < 32:
            raise ValueError(f"SECRET_KEY has {len(text)} characters, it needs at least 32; {_HOW_TO_MAKE_A_KEY}")
        return value

    @field_validator("site_contact")
    @classmethod
    def _is_a_contact(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s\"<>]+|[^\s@\"<>]+@[^\s@\"<>]+", value) and value:
            raise ValueError("SITE_CONTACT must be an e-mail address, or the address of a page: https://…")
        return value

    @field_validator("ingress_proxy")
    @classmethod
    def _is_one_address(cls, value: str) -> str:
        try:
            return str(ip_address(value)) if value else ""
        except ValueError:
            raise ValueError(
                "INGRESS_PROXY must be one IP address, such as 172.30.32.2: all requests from it are believed"
            ) from None

    @field_validator("frame_ancestors")
    @classmethod
    def _are_sites(cls, value: str) -> str:
        sites = ["'self'" if site.strip("'") == "self" else site.lower() for site in value.split()]
        if not all(re.fullmatch(r"'self'|https?://[\w.\[:\]-]+", site, re.ASCII) for site in sites):
            raise ValueError(
                "FRAME_ANCESTORS must be the addresses of sites without a path, such as https://home.example.org:8123, "
                "separated by spaces; self is the site's own"
            )
        return " ".join(sites)

    @field_validator("admin_emails")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        if not all(re.fullmatch(r"[^\s@]+@[^\s@]+", email.strip()) for email in value.split(",") if email.strip()):
            raise ValueError("ADMIN_EMAILS must be e-mail addresses, separated by commas")
        return value

    @field_validator("turnstile_site_key")
    @classmethod
    def _is_a_public_key(cls, value: str) -> str:
        if not re.fullmatch(r"[\w-]*", value, re.ASCII):
            raise ValueError(
                "TURNSTILE_SITE_KEY has letters, digits, - and _ only: it is the public one of the two keys"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, value: str) -> str:
        try:
            url = make_url(value)
            known = url.drivername in _DATABASES
        except ArgumentError, ValueError:
            known = False
        if not known:
            # raised outside the handler: the text of the error above would contain the password
            beginnings = " or ".join(f"{name}://" for name in _DATABASES)
            raise ValueError(f"DATABASE_URL must begin with {beginnings}; in a password, : @ / are %3A %40 %2F")
        if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
            raise ValueError("DATABASE_URL must name a file, such as sqlite+aiosqlite:///./data/myelectricaldata.db")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_a_known_store(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            try:
                url = urlsplit(value.get_secret_value())
                known = url.scheme in {"redis", "rediss"} and url.hostname and url.port != 0
                known = known and re.fullmatch(r"(/\d*)?", url.path) and not url.query and not url.fragment
            except ValueError:
                known = False
            if not known:
                # raised outside the handler: the text of the error above would contain the password
                raise ValueError(
                    "REDIS_URL must be redis://:password@host:6379/0, or rediss:// for TLS; "
                    "in a password, : @ / are %3A %40 %2F"
                )
        return value

    @model_validator(mode="after")
    def _has_its_keys(self) -> Self:
        if self.encryption_keys.get_secret_value():
            Keyring.parse_keyring(self.encryption_keys.get_secret_value())
        elif self.sqlite_file is None:
            raise ValueError("ENCRYPTION_KEYS is needed with PostgreSQL; make one with: gateway keys new")
        return self

    @model_validator(mode="after")
    def _can_do_what_it_requires(self) -> Self:
        for name in ("enedis", "rte"):
            if getattr(self, f"{name}_client_id") and not getattr(self, f"{name}_client_secret").get_secret_value():
                raise ValueError(f"{name.upper()}_CLIENT_SECRET is missing: {name.upper()}_CLIENT_ID needs it")
        mailgun = (self.mailgun_api_key.get_secret_value(), self.mailgun_domain, self.mailgun_from_email)
        if any(mailgun) and not all(mailgun):
            raise ValueError(
                "MAILGUN_API_KEY, MAILGUN_DOMAIN and MAILGUN_FROM_EMAIL go together: set all three or none"
            )
        if self.require_email_verification and not self.sends_mail:
            raise ValueError("REQUIRE_EMAIL_VERIFICATION needs MAILGUN_API_KEY: without mail nobody could sign up")
        if self.turnstile_site_key and not self.turnstile_secret_key.get_secret_value():
            raise ValueError("TURNSTILE_SITE_KEY needs TURNSTILE_SECRET_KEY: without it no captcha is checked")
        if self.require_captcha and not self.turnstile_secret_key.get_secret_value():
            raise ValueError("REQUIRE_CAPTCHA needs TURNSTILE_SECRET_KEY: without it nobody could sign up")
        return self

    @model_validator(mode="after")
    def _knows_where_backups_go(self) -> Self:
        if self.backup_every and not self.backup_folder:
            raise ValueError("BACKUP_EVERY needs BACKUP_FOLDER: a folder on another disk than the database's")
        return self

    @model_validator(mode="after")
    def _trusts_its_offers(self) -> Self:
        if not self.offers_url:
            return self
        url = urlsplit(self.offers_url)
        if not url.hostname or (url.scheme != "https" and url.hostname not in {"localhost", "127.0.0.1", "::1"}):
            raise ValueError("OFFERS_URL must begin with https:// and name a host")
        if bool(self.offers_digest) == bool(self.offers_public_key):
            raise ValueError("OFFERS_URL needs either OFFERS_DIGEST or OFFERS_PUBLIC_KEY, by which its file is checked")
        try:
            if self.offers_public_key:
                Ed25519PublicKey.from_public_bytes(base64.b64decode(self.offers_public_key, validate=True))
        except ValueError:
            raise ValueError("OFFERS_PUBLIC_KEY must be an Ed25519 key: 32 bytes as base64") from None
        return self

    @model_validator(mode="after")
    def _is_where_enedis_comes_back(self) -> Self:
        ours = (f"{get_origin(self.backend_url)}/oauth/callback", f"{self.backend_url}/oauth/callback")
        if self.enedis_redirect_uri and self.enedis_redirect_uri not in ours:
            raise ValueError(
                f"ENEDIS_REDIRECT_URI must be {ours[0]}, on the site of BACKEND_URL: "
                "Enedis sends people back to the address that is registered there, and only that one is served"
            )
        return self

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the SQLite database; None with PostgreSQL."""
        url = make_url(self.database_url)
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    @property
    def has_rte(self) -> bool:
        """Whether credentials for RTE's API are set."""
        return bool(self.rte_client_id)

    @property
    def sends_mail(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.mailgun_api_key.get_secret_value())

    @property
    def is_https(self) -> bool:
        """Whether the public URL of the gateway uses https."""
        return self.backend_url.startswith("https://")

    @property
    def origins(self) -> frozenset[str]:
        """The origins of the gateway and of its front end, in the form of the Origin header."""
        return frozenset(get_origin(url) for url in (self.backend_url, self.frontend_url) if url)

    @property
    def has_shared_store(self) -> bool:
        """Whether PostgreSQL and a shared store are used; otherwise only one replica may run."""
        return self.sqlite_file is None and bool(self.redis_url.get_secret_value())

    @property
    def enedis_url(self) -> str:
        """The base URL of Enedis' API."""
        return self.enedis_base_url or _ENEDIS_URLS[self.enedis_environment]

    @property
    def authorize_url(self) -> str:
        """The URL at which people give their consent."""
        simulated = self.enedis_environment is EnedisEnvironment.SIMULATOR
        return self.enedis_authorize_url or (self.enedis_url + _AUTHORIZE_PATH if simulated else _AUTHORIZE_URL)

    @property
    def keys_file(self) -> Path | None:
        """The file of the keys beside SQLite's file; None if ENCRYPTION_KEYS is set or with PostgreSQL."""
        given = self.encryption_keys.get_secret_value()
        return None if given or self.sqlite_file is None else self.sqlite_file.with_suffix(".keys")

    @property
    def keys_text(self) -> str | None:
        """The keys in the form of ENCRYPTION_KEYS; None if the file of the keys does not exist."""
        if (file := self.keys_file) is None:
            return self.encryption_keys.get_secret_value()
        return file.read_text().strip() if file.exists() else None

    def keep_keys(self, text: str) -> None:
        """Write the file of the keys atomically, readable by its owner only."""
        assert self.keys_file is not None  # noqa: S101 - not called when ENCRYPTION_KEYS is set
        self.keys_file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.keys_file.with_suffix(".keys.new")
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.rename(self.keys_file)

    def load_keyring(self) -> Keyring:
        """Return the keyring; with SQLite, create its file if it does not exist."""
        if self.keys_text is None:
            self.keep_keys(Keyring.generate_key())
        assert self.keys_text is not None  # noqa: S101 - just written
        return Keyring.parse_keyring(self.keys_text)


def get_origin(url: str) -> str:
    """Return the origin of a URL in lower case: scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def explain_errors(error: ValidationError) -> str:
    """Return what to change in the environment: one line per setting, without the values."""
    lines = []
    for detail in error.errors(include_input=False, include_context=False, include_url=False):
        name = "_".join(str(part) for part in detail["loc"]).upper()
        message = detail["msg"].removeprefix("Value error, ")
        lines.append(message if name in message or not name else f"{name}: {message}")
    return "\n".join(lines)
