"""What Enedis tells of a contract: its power, since when, its off-peak hours."""

from datetime import date
from typing import Any

import structlog

from gateway.enedis.client import Enedis
from gateway.enedis.errors import EnedisError, ErrorReason

log = structlog.get_logger()


async def ask(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    """Gather it from three APIs; one that is not subscribed leaves its part unknown. Raises EnedisError."""
    found: dict[str, Any] = {}
    for part in (_contracts, _synthesis, _metering):
        try:
            found |= await part(enedis, payer, prm)
        except EnedisError as error:
            if error.reason in {ErrorReason.QUOTA, ErrorReason.DOWN}:
                raise
            log.info("detail_unavailable", reason=error.reason, code=error.code)
    return found


async def _contracts(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    contracts = await enedis.contracts(payer, prm)
    gives = any(contract.segment == "P4" for contract in contracts)
    taking = next((contract for contract in contracts if contract.subscribed_power_kva is not None), None)
    if taking is None:
        return {"gives": gives}
    return {
        "segment": taking.segment,
        "power_kva": taking.subscribed_power_kva,
        "distribution_tariff": taking.distribution_tariff,
        "started_on": _text(taking.contract_start),
        "gives": gives,
    }


async def _synthesis(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    synthesis = await enedis.synthesis(payer, prm)
    return {
        "consumption_activated_on": _text(synthesis.consumption_activated_on),
        "production_activated_on": _text(synthesis.production_activated_on),
        "services_level": synthesis.services_level,
    }


async def _metering(enedis: Enedis, payer: str, prm: str) -> dict[str, Any]:
    return {"off_peak": (await enedis.metering(payer, prm)).off_peak}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
