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
    """Who runs the site, and where to reach them; null where SITE_OPERATOR and SITE_CONTACT do not say."""

    name: str | None
    contact: Annotated[str | None, Field(description="An e-mail address, or the address of a page")]


class CaptchaView(BaseModel):
    """Cloudflare Turnstile: its public key, and whether nobody passes without it. Null key: there is none."""

    site_key: str | None
    required: bool


class Site(BaseModel):
    """What a page must know before anybody logs in.

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
    """What the national signals say today."""

    tempo: CurrentTempo
    ecowatt: CurrentEcowatt


class UpstreamService(StrEnum):
    """What Enedis (the first two) and RTE give. Contracts include the services opened by a consent, and addresses."""

    READINGS = "readings"
    CONTRACTS = "contracts"
    TEMPO = "tempo"
    ECOWATT = "ecowatt"


class Condition(StrEnum):
    """How a service does, from best to worst.

    Working: no trouble is known. Unstable: calls failed lately, and others are answered or another source stands in.
    Limit reached: no more calls are allowed until `retry_at`. Down: it does not answer, or refuses this gateway.
    Paused: this gateway has trouble of its own, and asks nothing.
    """

    WORKING = "working"
    UNSTABLE = "unstable"
    LIMIT_REACHED = "limit_reached"
    DOWN = "down"
    PAUSED = "paused"


class ServiceStatus(BaseModel):
    """How a service does, since when its calls fail, and when it is asked again; null where that is not known."""

    service: UpstreamService
    condition: Condition
    since: Utc | None
    retry_at: Utc | None


class Status(Changing):
    """How each service does that this gateway is set up for. Earlier calls tell; none is made for this answer."""

    services: list[ServiceStatus]
