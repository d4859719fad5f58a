"""What Enedis tells of a contract: its power, since when, its off-peak hours."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

import structlog

from gateway.enedis.client import Enedis
from gateway.enedis.customer import Contract, Service
from gateway.enedis.errors import EnedisError, ErrorReason

log = structlog.get_logger()


async def fetch_details(
    enedis: Enedis, payer: str, prm: str, services: Sequence[Service] = (), *, is_refused: bool = False
) -> dict[str, Any]:
    """Gather it from three APIs, and how the meter is supplied if its measures are refused. Raises EnedisError.

    One that is not subscribed, or refuses, leaves its part unknown. `takes` and `gives` say which ways energy goes, by
    any of the contracts' segments, the open `services` and the activation dates.
    """
    found: dict[str, Any] = {}
    for part in (_fetch_contracts, _fetch_synthesis, _fetch_metering, *([_fetch_supply] if is_refused else [])):
        try:
            found |= await part(enedis, payer, prm)
        except EnedisError as error:
            if error.reason in {ErrorReason.QUOTA, ErrorReason.DOWN}:
                raise
            log.info("detail_unavailable", reason=error.reason, code=error.code)
    if found.get("consumption_activated_on") or any(service.takes for service in services):
        found["takes"] = True
    if found.get("production_activated_on") or any(service.gives for service in services):
        found["gives"] = True
    return found


async def _fetch_contracts(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    contracts = await enedis.contracts(payer, prm)
    gives = any(contract.is_injection for contract in contracts)
    supply = find_supply(contracts)
    if supply is None:
        return {"takes": False if gives else None, "gives": gives}
    return {
        "segment": supply.segment,
        "power_kva": supply.subscribed_power_kva,
        "distribution_tariff": supply.distribution_tariff,
        "started_on": _format_day(supply.contract_start),
        "takes": True,
        "gives": gives,
    }


def find_supply(contracts: Sequence[Contract]) -> Contract | None:
    """Return the contract by which a usage point takes energy: the first of a segment C1 to C5.

    Without any such segment, the first that has a power and is no injection; the power alone tells nothing, since it is
    absent beside some injection contracts.
    """
    by_segment = (contract for contract in contracts if contract.is_supply)
    by_power = (one for one in contracts if one.subscribed_power_kva is not None and not one.is_injection)
    return next(chain(by_segment, by_power), None)


async def _fetch_synthesis(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    synthesis = await enedis.synthesis(payer, prm)
    return {
        "consumption_activated_on": _format_day(synthesis.consumption_activated_on),
        "production_activated_on": _format_day(synthesis.production_activated_on),
        "services_level": synthesis.services_level,
    }


async def _fetch_metering(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    metering = await enedis.metering(payer, prm)
    return {"off_peak": metering.off_peak, "future_off_peak": metering.future_off_peak}


async def _fetch_supply(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    return {"connection_state": (await enedis.supply(payer, prm)).connection_state}


def _format_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
