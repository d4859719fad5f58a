"""Fetches the details of a contract from Enedis: power, activation dates, off-peak hours."""

from collections.abc import Sequence
from itertools import chain
from typing import assert_never

import structlog

from gateway.enedis.client import Enedis
from gateway.enedis.customer import GridContract, SubscribedService
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.usage_points.contract import Contract

log = structlog.get_logger()


async def fetch_details(
    enedis: Enedis, payer: str, prm: str, services: Sequence[SubscribedService] = (), *, is_refused: bool = False
) -> tuple[Contract, EnedisError | None]:
    """Return a contract from three APIs, and the last error that concerns all usage points, if any.

    If `is_refused`, the connection state is fetched too. Members from an API that is not subscribed, refuses or does
    not answer stay unset. `consumes` and `produces` follow from the segments of the contracts, the open `services` and
    the activation dates.
    """
    found, failure = Contract(), None
    for part in (
        _fetch_contracts,
        _fetch_synthesis,
        fetch_metering,
        *([_fetch_connection_state] if is_refused else []),
    ):
        try:
            found = found.merge(await part(enedis, payer, prm))
        except EnedisError as error:
            if _concerns_all_points(error.reason):
                failure = error
            if error.reason is ErrorReason.QUOTA or error.is_for_all:
                break
            log.info("detail_unavailable", reason=error.reason, code=error.code)
    if found.consumption_activated_on or any(service.takes for service in services):
        found = found.merge(Contract(consumes=True))
    if found.production_activated_on or any(service.gives for service in services):
        found = found.merge(Contract(produces=True))
    return found, failure


def _concerns_all_points(reason: ErrorReason) -> bool:
    """Tell whether an error says nothing about the usage point, so that its details are fetched again soon."""
    match reason:
        case ErrorReason.QUOTA | ErrorReason.DOWN | ErrorReason.UNAUTHORIZED:
            return True
        case (
            ErrorReason.ABSENT
            | ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.TOO_LONG
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.NOT_HOLDER
            | ErrorReason.NO_CONSENT
            | ErrorReason.METER_REFUSED
            | ErrorReason.NOTHING_OPEN
            | ErrorReason.NOT_SUBSCRIBED
            | ErrorReason.OUR_FAULT
        ):
            return False
        case _:
            assert_never(reason)


async def _fetch_contracts(enedis: Enedis, payer: str, prm: str) -> Contract:
    contracts = await enedis.fetch_contracts(payer, prm)
    produces = any(contract.is_injection for contract in contracts)
    supply = find_supply(contracts)
    if supply is None:
        return Contract(consumes=False if produces else None, produces=produces)
    return Contract(
        segment=supply.segment,
        power_kva=supply.subscribed_power_kva,
        distribution_tariff=supply.distribution_tariff,
        started_on=supply.contract_start,
        consumes=True,
        produces=produces,
    )


def find_supply(contracts: Sequence[GridContract]) -> GridContract | None:
    """Return the contract for consumption: the first with a segment C1 to C5.

    Without such a segment, return the first with a power that is not for injection; else None.
    """
    by_segment = (contract for contract in contracts if contract.is_supply)
    by_power = (one for one in contracts if one.subscribed_power_kva is not None and not one.is_injection)
    return next(chain(by_segment, by_power), None)


async def _fetch_synthesis(enedis: Enedis, payer: str, prm: str) -> Contract:
    synthesis = await enedis.fetch_synthesis(payer, prm)
    return Contract(
        consumption_activated_on=synthesis.consumption_activated_on,
        production_activated_on=synthesis.production_activated_on,
        services_level=synthesis.services_level,
    )


async def fetch_metering(enedis: Enedis, payer: str, prm: str) -> Contract:
    """Return the off-peak hours in force and those announced. Raises EnedisError."""
    metering = await enedis.fetch_metering(payer, prm)
    return Contract(off_peak=metering.off_peak, future_off_peak=metering.future_off_peak)


async def _fetch_connection_state(enedis: Enedis, payer: str, prm: str) -> Contract:
    return Contract(connection_state=(await enedis.fetch_connection(payer, prm)).connection_state)
