"""The calls to Data Connect 2026; every method may raise EnedisError or StoreError."""

from codecs import BOM_UTF8
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from gateway.domain.direction import Direction
from gateway.enedis.circuit_breaker import Circuit
from gateway.enedis.customer import (
    Address,
    AddressAnswer,
    Contracts,
    GridConnection,
    GridContract,
    Metering,
    SubscribedService,
    SubscribedServices,
    Synthesis,
)
from gateway.enedis.errors import EnedisError, ErrorReason, parse_error
from gateway.enedis.recognition import Quantity, Request, find_points, find_registers
from gateway.enedis.wire import IndexMeasure, IndexSeries, Measure, Point, parse_whole_number
from gateway.kit.http import HttpResponse, UnreachableError, Upstream
from gateway.store import Store
from gateway.store.token import Bearer, drop_token, get_shared_token

_TOKEN_PATH = "/oauth2/v3/token"  # noqa: S105 - an address
_MEASURES = "/mesure_synchrone_auto/v2/"
_TOKEN_KEY = "enedis:token"  # noqa: S105 - a name
_NO_TOKEN_KEY = "enedis:no-token"  # noqa: S105 - a name
_NO_TOKEN_FOR = 10.0
_RENEW_BEFORE = 20 * 60
"""Seconds before its expiry at which a token is renewed."""


class Api(StrEnum):
    """Enedis' APIs; each has its own quota."""

    MEASURES = "measures"
    SERVICES = "services"
    CONTRACTS = "contracts"
    SYNTHESIS = "synthesis"
    METERING = "metering"
    ADDRESS = "address"
    CONNECTION = "connection"


_CUSTOMER_PATHS = {
    Api.CONTRACTS: "/situation_contrat_auto/v1/",
    Api.SYNTHESIS: "/synth_contrat_auto/v1/",
    Api.METERING: "/comptage_auto/v1/",
    Api.ADDRESS: "/donnees_generales_auto/v1/",
    Api.CONNECTION: "/alimentation_auto/v1/",
}
_SERVICES = "/subscribed_services/v1"


_SUFFIX = {Direction.CONSUMPTION: "consommation", Direction.PRODUCTION: "production"}
_BUSINESS = {Direction.CONSUMPTION: "CONS", Direction.PRODUCTION: "PROD"}


class EnedisToken(BaseModel):
    """A token, and how many seconds it lasts; Enedis writes them as a number or as a string."""

    access_token: Bearer
    expires_in: Annotated[int, BeforeValidator(parse_whole_number), Field(gt=0)]


class Pacer(Protocol):
    """Decides when a call may be made."""

    async def wait_for_turn(self, api: Api, payer: str) -> None:
        """Wait for a call's turn and count it for `payer`. Raises EnedisError(QUOTA) or StoreError: no call."""
        ...

    async def stop_calls(self, api: Api, until: datetime | None) -> datetime:
        """Stop all calls after a refusal for quota, until `until` or for a while; return the end of the pause."""
        ...


class Enedis:
    """A client for Enedis; all replicas share one token."""

    def __init__(
        self, upstream: Upstream, client_id: str, client_secret: str, store: Store, pacer: Pacer, circuit: Circuit
    ) -> None:
        self._upstream = upstream
        self._credentials = (client_id, client_secret)
        self._store = store
        self._pacer = pacer
        self._circuit = circuit

    async def sign_in(self) -> None:
        """Request a token to check the credentials. Raises EnedisError."""
        await self._request_token()

    async def fetch_load_curve(self, payer: str, prm: str, direction: Direction, start: date, end: date) -> list[Point]:
        """Fetch average power by interval, in W, of the days `[start, end[`: at most 7."""
        quantity = Quantity(_BUSINESS[direction], "PA")
        return await self._fetch_points(
            payer, f"courbe_de_charge_{_SUFFIX[direction]}", Request(prm, start, end), quantity
        )

    async def fetch_daily(self, payer: str, prm: str, direction: Direction, start: date, end: date) -> list[Point]:
        """Fetch energy by day, in Wh, of the days `[start, end[`."""
        quantity = Quantity(_BUSINESS[direction], "EA")
        return await self._fetch_points(payer, f"{_SUFFIX[direction]}_quotidienne", Request(prm, start, end), quantity)

    async def fetch_index(
        self, payer: str, prm: str, direction: Direction, start: date, end: date
    ) -> list[IndexSeries]:
        """Fetch the registers' index on each day of `[start, end[`, in Wh."""
        request = Request(prm, start, end)
        response = await self._request_measures(payer, f"index_{_SUFFIX[direction]}", request)
        return find_registers(_parse_response(IndexMeasure, response), request, Quantity(_BUSINESS[direction], "EA"))

    async def fetch_max_power(self, payer: str, prm: str, start: date, end: date) -> list[Point]:
        """Fetch the maximum power of each day of `[start, end[`, in VA, with its time."""
        choices = {"mesuresPas": "P1D", "grandeurPhysique": "PMA"}
        request, quantity = Request(prm, start, end), Quantity("CONS", "PMA")
        return await self._fetch_points(payer, "puissance_conso_max_quotidienne", request, quantity, **choices)

    async def fetch_contracts(self, payer: str, prm: str) -> list[GridContract]:
        """Fetch the contracts of a usage point: one, or two with self-consumption."""
        answer = await self._fetch_customer(payer, Api.CONTRACTS, prm)
        return _parse_response(Contracts, answer).root

    async def fetch_synthesis(self, payer: str, prm: str) -> Synthesis:
        """Fetch the dates since which a usage point is in service."""
        return _parse_response(Synthesis, await self._fetch_customer(payer, Api.SYNTHESIS, prm))

    async def fetch_metering(self, payer: str, prm: str) -> Metering:
        """Fetch the meter and its off-peak hours."""
        return _parse_response(Metering, await self._fetch_customer(payer, Api.METERING, prm))

    async def fetch_address(self, payer: str, prm: str) -> Address:
        """Fetch the address of a usage point."""
        return _parse_response(AddressAnswer, await self._fetch_customer(payer, Api.ADDRESS, prm)).address

    async def fetch_connection(self, payer: str, prm: str) -> GridConnection:
        """Fetch the connection of a usage point: state, voltage and phases."""
        return _parse_response(GridConnection, await self._fetch_customer(payer, Api.CONNECTION, prm))

    async def fetch_services_of_authorization(self, payer: str, authorisation: int) -> list[SubscribedService]:
        """Fetch the services that an authorisation opened, with their meters."""
        return await self._fetch_services(payer, {"autorisationId": authorisation})

    async def fetch_services_of_point(self, payer: str, prm: str) -> list[SubscribedService]:
        """Fetch the services of a usage point."""
        return await self._fetch_services(payer, {"pointId": prm})

    async def _fetch_services(self, payer: str, whose: dict[str, int | str]) -> list[SubscribedService]:
        body = {**whose, "comptage": False}
        try:
            answer = await self._request(payer, Api.SERVICES, "POST", _SERVICES, json=body)
        except EnedisError as error:
            if error.reason is ErrorReason.NOTHING_OPEN:
                return []
            raise
        return _parse_response(SubscribedServices, answer).items

    async def _fetch_customer(self, payer: str, api: Api, prm: str) -> HttpResponse:
        return await self._request(payer, api, "GET", _CUSTOMER_PATHS[api] + prm)

    async def _fetch_points(
        self, payer: str, resource: str, request: Request, quantity: Quantity, **choices: str
    ) -> list[Point]:
        response = await self._request_measures(payer, resource, request, **choices)
        return find_points(_parse_response(Measure, response), request, quantity)

    async def _request_measures(self, payer: str, resource: str, request: Request, **choices: str) -> HttpResponse:
        dates = {"dateDebut": request.start.isoformat(), "dateFin": request.end.isoformat()}
        params = {"pointId": request.prm, **dates, **choices}
        return await self._request(payer, Api.MEASURES, "GET", _MEASURES + resource, params=params)

    async def _request(
        self,
        payer: str,
        api: Api,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: object = None,
    ) -> HttpResponse:
        """Send a request; renew the token once if Enedis rejects it. Raises EnedisError, StoreError."""
        renewed = False
        while True:
            await self._circuit.ensure_closed(api)
            token = await get_shared_token(
                self._store, _TOKEN_KEY, partial(self._get_token, api), renew_before=_RENEW_BEFORE
            )
            await self._pacer.wait_for_turn(api, payer)
            try:
                answer = await self._upstream.request(
                    method, path, params=params, json=json, headers={"Authorization": f"Bearer {token}"}
                )
            except UnreachableError as error:
                raise await self._circuit.record_failure(api, _not_reached(error)) from error
            if answer.status == 200:
                await self._circuit.record_response(api)
                return answer
            refusal = parse_error(answer)
            if refusal.reason is ErrorReason.UNAUTHORIZED and not renewed:
                await self._circuit.record_error(api, refusal)
                renewed = True
                await drop_token(self._store, _TOKEN_KEY, token)
                continue
            if refusal.reason is ErrorReason.QUOTA:
                refusal.retry_at = await self._pacer.stop_calls(api, refusal.retry_at)
            raise await self._circuit.record_failure(api, refusal)

    async def _get_token(self, api: Api) -> tuple[str, float]:
        if reason := await self._store.get(_NO_TOKEN_KEY):
            raise EnedisError(ErrorReason(reason), "token")
        try:
            new = await self._request_token()
        except EnedisError as error:
            await self._circuit.record_failure(api, error)
            # other callers would get the same error, one after the other
            await self._store.set(_NO_TOKEN_KEY, error.reason, _NO_TOKEN_FOR)
            raise
        return new.access_token, new.expires_in

    async def _request_token(self) -> EnedisToken:
        try:
            answer = await self._upstream.request(
                "POST", _TOKEN_PATH, form={"grant_type": "client_credentials"}, auth=self._credentials
            )
        except UnreachableError as error:
            raise _not_reached(error) from error
        if answer.status != 200:
            raise parse_error(answer)
        return _parse_response(EnedisToken, answer)


def _not_reached(error: UnreachableError) -> EnedisError:
    return EnedisError(ErrorReason.DOWN, "unreachable" if error.concerns_all else "no_answer_in_time")


def _parse_response[T](form: type[T], answer: HttpResponse) -> T:
    """Parse a JSON body, whatever its content type. Raises EnedisError."""
    try:
        return TypeAdapter(form).validate_json(answer.body.removeprefix(BOM_UTF8))
    except ValidationError:
        # the text of a validation error quotes the answer, which contains the meter number
        raise EnedisError(ErrorReason.DOWN, "unreadable_answer") from None
