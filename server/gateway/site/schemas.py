"""The site on the wire."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from gateway.ecowatt.schemas import LevelRunView
from gateway.kit.conditional import Changing
from gateway.kit.wire import Utc
from gateway.settings import EnedisEnvironment
from gateway.tempo.schemas import TempoDayView, TempoPeriodView


class Operator(BaseModel):
    """Who runs the site, and how to reach them; null if SITE_OPERATOR or SITE_CONTACT is not set."""

    name: str | None
    contact: Annotated[str | None, Field(description="An e-mail address, or the address of a page")]


class CaptchaView(BaseModel):
    """Cloudflare Turnstile: its public key (null: no captcha), and whether every attempt needs one."""

    site_key: str | None
    required: bool


class Site(BaseModel):
    """What a page needs before anybody logs in.

    `email_verification`: an account works once its address is verified. `mail`: the site can send mail, so that a
    forgotten password can be replaced and an address changed. `legacy_clients`: it serves older clients, for which
    accounts can create tokens.
    """

    name: str
    operator: Operator
    captcha: CaptchaView
    email_verification: bool
    mail: bool
    legacy_clients: bool
    environment: EnedisEnvironment
    version: str
    api: str
    languages: list[str]


class CurrentTempo(BaseModel):
    """The Tempo day in force, the one after, and the bucket in force."""

    today: TempoDayView
    tomorrow: TempoDayView
    period: TempoPeriodView


class CurrentEcowatt(BaseModel):
    """The level now and the tense hours to come; `now` is null when it is not known."""

    now: LevelRunView | None
    tense: list[LevelRunView]


class Today(Changing):
    """The national signals of today."""

    tempo: CurrentTempo
    ecowatt: CurrentEcowatt


class UpstreamService(StrEnum):
    """The services of Enedis (the first two) and RTE. Contracts include the open services and addresses."""

    READINGS = "readings"
    CONTRACTS = "contracts"
    TEMPO = "tempo"
    ECOWATT = "ecowatt"


class Condition(StrEnum):
    """The state of a service, from best to worst.

    Working: no failure is known. Unstable: calls failed recently, but others are answered or another source is used.
    Limit reached: no more calls are allowed until `retry_at`. Down: it does not answer, or refuses this gateway.
    Paused: a failure of this gateway keeps it from making calls.
    """

    WORKING = "working"
    UNSTABLE = "unstable"
    LIMIT_REACHED = "limit_reached"
    DOWN = "down"
    PAUSED = "paused"


class ServiceStatus(BaseModel):
    """The state of a service, since when its calls fail, and when it is called again; null where not known."""

    service: UpstreamService
    condition: Condition
    since: Utc | None
    retry_at: Utc | None


class Status(Changing):
    """The state of each service that this gateway uses, judged by earlier calls; none is made for this response."""

    services: list[ServiceStatus]
